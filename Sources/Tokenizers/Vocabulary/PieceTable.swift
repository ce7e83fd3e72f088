/// All pieces of a vocabulary as byte strings in one buffer, found by id and by content.
///
/// Content is found through an open-addressing hash table of ids, so neither loading nor looking up a piece
/// makes a `String` or an array of its own.
struct PieceTable: Sendable {
  /// The bytes of all pieces, one after the other.
  private var storage: [UInt8] = []
  /// Where piece i ends; it starts where piece i − 1 ends.
  private var ends: [Int] = []
  /// An id + 1 below the upper half of its hash; 0 is an empty slot.
  private var slots: [UInt64]
  /// Differs from process to process.
  private let seed = UInt64(truncatingIfNeeded: Hasher().finalize())
  /// The longest findable piece, in bytes.
  private(set) var longest = 0
  /// Whether two findable pieces have the same bytes.
  private(set) var hasDuplicates = false

  /// Makes room for a number of pieces.
  init(capacity: Int) {
    var slotCount = 16
    while slotCount < capacity * 2 { slotCount *= 2 }
    slots = [UInt64](repeating: 0, count: slotCount)
    ends.reserveCapacity(capacity)
  }

  /// How many pieces there are; the next id.
  var count: Int { ends.count }

  /// Appends a piece under the next id.
  ///
  /// A piece that is not `findable`, or whose bytes are those of an earlier one, is only reached by its id.
  mutating func append(_ bytes: some Sequence<UInt8>, findable: Bool) {
    let start = storage.count
    storage.append(contentsOf: bytes)
    let id = UInt64(ends.count)
    ends.append(storage.count)
    guard findable, storage.count > start else { return }
    precondition(ends.count * 2 <= slots.count, "\(ends.count) pieces in a table for \(slots.count / 2)")
    let (slot, tag, found) = locate(storage, start..<storage.count)
    guard found == nil else {
      hasDuplicates = true
      return
    }
    slots[slot] = tag | (id + 1)
    longest = max(longest, storage.count - start)
  }

  /// The bytes of a piece.
  func bytes(of id: Int) -> ArraySlice<UInt8> {
    storage[(id == 0 ? 0 : ends[id - 1])..<ends[id]]
  }

  /// The id of the piece whose bytes are `buffer[range]`, or nil.
  func id(of buffer: [UInt8], in range: Range<Int>) -> Int? {
    guard !range.isEmpty, range.count <= longest else { return nil }
    return locate(buffer, range).id
  }

  /// The id of the piece with these bytes, or nil.
  func id(of bytes: [UInt8]) -> Int? { id(of: bytes, in: 0..<bytes.count) }

  /// The slot at which a byte string is, or would be put, the upper half of its hash, and the id found there.
  private func locate(_ buffer: [UInt8], _ range: Range<Int>) -> (slot: Int, tag: UInt64, id: Int?) {
    let hash = hash(buffer, range)
    let tag = hash & 0xFFFF_FFFF_0000_0000
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      let id = Int(slots[slot] & 0xFFFF_FFFF) - 1
      if slots[slot] & 0xFFFF_FFFF_0000_0000 == tag, equals(id, buffer, range) { return (slot, tag, id) }
      slot = (slot + 1) & mask
    }
    return (slot, tag, nil)
  }

  /// Whether a piece has the bytes `buffer[range]`.
  private func equals(_ id: Int, _ buffer: [UInt8], _ range: Range<Int>) -> Bool {
    let start = id == 0 ? 0 : ends[id - 1]
    guard ends[id] - start == range.count else { return false }
    for i in 0..<range.count where storage[start + i] != buffer[range.lowerBound + i] { return false }
    return true
  }

  /// A hash that is seeded for each process, so that no file can be made to collide; ids never depend on it.
  private func hash(_ buffer: [UInt8], _ range: Range<Int>) -> UInt64 {
    var state = seed
    var word: UInt64 = 1
    for i in range {
      word = word << 8 | UInt64(buffer[i])
      if word >= 1 << 56 {
        state = Self.mixed(state ^ word)
        word = 1
      }
    }
    return Self.mixed(state ^ word)
  }

  /// Spreads all bits over the whole word: the two halves of a 128-bit product.
  private static func mixed(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    return product.high ^ product.low
  }
}
