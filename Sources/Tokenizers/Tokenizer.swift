/// Turns text into token ids and back, as the model's own tokenizer does.
///
/// Encoding goes the way of Hugging Face's tokenizers:
/// 1. Special pieces are found in the text; what lies between them is plain text.
/// 2. Plain text is normalized, and special pieces that are defined on normalized text are found.
/// 3. What remains is split into words.
/// 4. Each word is joined from bytes or characters into pieces by BPE, or is a piece as a whole (`WordLevel`).
public struct Tokenizer: Sendable {
  /// The pieces.
  let vocabulary: Vocabulary
  /// Steps 1 to 4.
  let steps: EncodingSteps
  /// The way back.
  let decoder: TextDecoder
  /// Whether pieces are spelled in the alphabet of byte-level BPE.
  let spellsBytes: Bool

  /// The id that begins a text, or nil.
  public let bosID: Int?
  /// The id that ends a text, or nil.
  public let eosID: Int?
  /// The id that fills up a batch, or nil.
  public let padID: Int?
  /// Whether the model expects prompts to start with `bosID`; `encode` leaves that to the caller.
  public let addsBOS: Bool
  /// The Jinja source of the model's chat template, or nil.
  public let chatTemplate: String?

  /// Puts a tokenizer together, checking the named ids against the vocabulary.
  init(
    vocabulary: Vocabulary, steps: EncodingSteps, decoder: TextDecoder, names: SpecialIDs
  ) throws(TokenizerError) {
    try vocabulary.check(names.bos, named: "the beginning-of-text token")
    try vocabulary.check(names.eos, named: "the end-of-text token")
    try vocabulary.check(names.pad, named: "the padding token")
    try vocabulary.check(steps.model.unknownID, named: "the unknown token")
    self.vocabulary = vocabulary
    self.steps = steps
    self.decoder = decoder
    spellsBytes = steps.model.startsFromBytes
    bosID = names.bos
    eosID = names.eos
    padID = names.pad
    addsBOS = names.addsBOS && names.bos != nil
    chatTemplate = names.chatTemplate
  }

  /// The number of ids, including ids that no piece has.
  public var vocabularySize: Int { vocabulary.kinds.count }

  /// Whether an id is a marker (control or unknown token) rather than text.
  public func isSpecial(_ id: Int) -> Bool {
    guard vocabulary.kinds.indices.contains(id) else { return false }
    return vocabulary.kinds[id] == .control || vocabulary.kinds[id] == .unknown
  }

  /// The id of the piece that the vocabulary spells like this (`Ġthe`, `▁the`, `<0x0A>`, `<bos>`), or nil.
  public func id(ofPiece piece: String) -> Int? {
    if let marker = vocabulary.markers[piece] { return marker }
    let spelling = Array(piece.utf8)
    let bytes = spellsBytes ? ByteAlphabet().bytes(ofPiece: spelling) ?? spelling : spelling
    return vocabulary.table.id(of: bytes)
  }

  /// The single id that a text encodes to, or nil if it takes several or none.
  public func id(ofText text: String) -> Int? {
    let ids = encode(text)
    return ids.count == 1 ? ids.first : nil
  }
}

/// Ids with a role, and what goes with them.
struct SpecialIDs {
  /// The id that begins a text.
  var bos: Int?
  /// The id that ends a text.
  var eos: Int?
  /// The id that fills up a batch.
  var pad: Int?
  /// Whether prompts start with `bos`.
  var addsBOS = false
  /// The Jinja source of the chat template.
  var chatTemplate: String?
}
