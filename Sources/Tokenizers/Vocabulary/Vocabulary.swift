/// The pieces of a tokenizer with what each of them is.
struct Vocabulary: Sendable {
  /// What a piece is; the raw values are GGUF's token types.
  enum PieceKind: UInt8, Sendable {
    /// An id that no piece has.
    case absent = 0
    /// Text that pieces are joined to.
    case normal = 1
    /// Stands for text that no piece covers.
    case unknown = 2
    /// A marker with a meaning of its own, such as the beginning of a text.
    case control = 3
    /// Text that is always one piece.
    case userDefined = 4
    /// A piece that is never produced.
    case unused = 5
    /// One byte, spelled `<0xNN>`.
    case byte = 6
  }

  /// All pieces; the normal and user-defined ones can be found by their bytes.
  var table: PieceTable
  /// What each piece is.
  var kinds: [PieceKind] = []
  /// The ids of the pieces that cannot be found in `table`, by their spelling.
  var markers: [String: Int] = [:]
  /// The id of each byte's piece, −1 where there is none.
  var byteIDs = [Int32](repeating: -1, count: 256)

  /// Whether two pieces have the same bytes.
  var hasDuplicates: Bool { table.hasDuplicates }

  /// Makes room for a number of pieces.
  init(capacity: Int) {
    table = PieceTable(capacity: capacity)
    kinds.reserveCapacity(capacity)
  }

  /// Appends a piece under the next id.
  mutating func append(_ bytes: some Collection<UInt8>, kind: PieceKind) {
    let isFindable = kind == .normal || kind == .userDefined
    let id = table.count
    kinds.append(kind)
    if !isFindable, kind != .absent {
      markers[String(decoding: bytes, as: UTF8.self)] = id
    }
    guard kind == .byte, let byte = Self.byte(spelledBy: bytes) else {
      table.append(bytes, findable: isFindable)
      return
    }
    if byteIDs[Int(byte)] < 0 { byteIDs[Int(byte)] = Int32(id) }
    table.append([byte], findable: false)
  }

  /// The id of the piece or marker with these bytes, or nil.
  func id(of bytes: [UInt8]) -> Int? {
    table.id(of: bytes) ?? markers[String(decoding: bytes, as: UTF8.self)]
  }

  /// The byte that `<0xNN>` spells, or nil.
  static func byte(spelledBy bytes: some Collection<UInt8>) -> UInt8? {
    guard bytes.count == 6, bytes.starts(with: "<0x".utf8) else { return nil }
    let digits = String(decoding: bytes.dropFirst(3), as: UTF8.self)
    guard digits.utf8.last == UInt8(ascii: ">") else { return nil }
    return UInt8(digits.dropLast(), radix: 16)
  }

  /// Checks that a named id is one of the vocabulary's.
  func check(_ id: Int?, named name: String) throws(TokenizerError) {
    guard let id, !kinds.indices.contains(id) || kinds[id] == .absent else { return }
    throw .idOutOfRange(name: name, id: id, limit: kinds.count)
  }
}
