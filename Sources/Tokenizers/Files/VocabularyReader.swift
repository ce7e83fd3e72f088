/// Reads the vocabulary of a `tokenizer.json`: the model's pieces and the added tokens.
struct VocabularyReader {
  /// The file.
  let document: JSONDocument
  /// Whether pieces are spelled in the alphabet of byte-level BPE.
  let isByteLevel: Bool
  /// Whether pieces such as `<0x0A>` stand for bytes.
  let fallsBackToBytes: Bool

  /// Puts both lists in order of their ids.
  func read(_ value: JSONDocument.Value?, added: [TokenizerFile.AddedToken]) throws(TokenizerError)
    -> Vocabulary
  {
    guard case .object(let members)? = value else { throw document.unexpected("model.vocab", "an object") }
    let limit = 4 * (members.count + added.count) + 65_536
    var memberOfID: [Int32] = []
    memberOfID.reserveCapacity(members.count)
    for (index, member) in members.enumerated() {
      guard let id = document.index(member.value) else {
        throw document.unexpected("model.vocab.\(document.string(member.name))", "a whole number")
      }
      try grow(&memberOfID, toHold: id, of: { document.string(member.name) }, limit: limit)
      if memberOfID[id] >= 0 {
        let first = document.string(members[Int(memberOfID[id])].name)
        throw .duplicateID(id: id, first: first, second: document.string(member.name))
      }
      memberOfID[id] = Int32(index)
    }
    var addedOfID: [Int: TokenizerFile.AddedToken] = [:]
    for token in added {
      let spelling = { String(decoding: token.content, as: UTF8.self) }
      try grow(&memberOfID, toHold: token.id, of: spelling, limit: limit)
      if let first = addedOfID.updateValue(token, forKey: token.id), first.content != token.content {
        throw .duplicateID(
          id: token.id, first: String(decoding: first.content, as: UTF8.self), second: spelling())
      }
    }
    let vocabulary = try assemble(members, memberOfID, addedOfID)
    try checkSpellings(of: members, in: vocabulary)
    for token in added where isElsewhere(token, in: vocabulary) {
      throw .duplicatePiece(piece: String(decoding: token.content, as: UTF8.self))
    }
    return vocabulary
  }

  private func grow(
    _ list: inout [Int32], toHold id: Int, of name: () -> String, limit: Int
  ) throws(TokenizerError) {
    guard id < limit else { throw .idOutOfRange(name: "`\(name())`", id: id, limit: limit) }
    while list.count <= id { list.append(-1) }
  }

  private func assemble(
    _ members: [JSONDocument.Member], _ memberOfID: [Int32], _ added: [Int: TokenizerFile.AddedToken]
  ) throws(TokenizerError) -> Vocabulary {
    let alphabet = ByteAlphabet()
    var vocabulary = Vocabulary(capacity: memberOfID.count)
    for (id, index) in memberOfID.enumerated() {
      let spelling = index >= 0 ? document.utf8(members[Int(index)].name) : nil
      if let token = added[id] {
        if let spelling, spelling != token.content {
          throw .duplicateID(
            id: id, first: String(decoding: spelling, as: UTF8.self),
            second: String(decoding: token.content, as: UTF8.self))
        }
        vocabulary.append(token.content, kind: token.rule.isMarker ? .control : .userDefined)
      } else if let spelling {
        let isByte = fallsBackToBytes && Vocabulary.byte(spelledBy: spelling) != nil
        let bytes = isByteLevel ? alphabet.bytes(ofPiece: spelling) ?? spelling : spelling
        vocabulary.append(bytes, kind: isByte ? .byte : .normal)
      } else {
        vocabulary.append([], kind: .absent)
      }
    }
    return vocabulary
  }

  /// Whether the model's vocabulary has an added token's spelling under another id.
  private func isElsewhere(_ token: TokenizerFile.AddedToken, in vocabulary: Vocabulary) -> Bool {
    let bytes = isByteLevel ? ByteAlphabet().bytes(ofPiece: token.content) ?? token.content : token.content
    return vocabulary.table.id(of: bytes).map { $0 != token.id } ?? false
  }

  /// Refuses a file that lists one piece under two ids.
  private func checkSpellings(
    of members: [JSONDocument.Member], in vocabulary: Vocabulary
  ) throws(TokenizerError) {
    guard vocabulary.hasDuplicates else { return }
    var seen: Set<[UInt8]> = []
    for member in members where !seen.insert(document.utf8(member.name)).inserted {
      throw .duplicatePiece(piece: document.string(member.name))
    }
  }
}
