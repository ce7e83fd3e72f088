import Foundation
import LinearAlgebra

/// Damaged copies of small files, for readers that must refuse damage in one sentence instead of crashing.
///
/// Every copy is determined by the seed and its number, so that a failure can be repeated:
///
/// 1. Take a file of the corpus.
/// 2. One to four times: flip a bit, overwrite bytes with a number that readers stumble over, put in or overwrite with a
///    word of the format, repeat, move or delete a piece, join another file's end, blow up a written number, cut the end off.
public struct Mutations: Sendable {
  /// The files that are damaged.
  private let corpus: [[UInt8]]
  /// Words of the format, such as field names, that are put in.
  private let words: [[UInt8]]
  private var random: SplitMix64
  /// No copy is longer.
  private let longest: Int

  /// Prepares copies of `corpus`, which must hold a file that is not empty.
  public init(of corpus: [[UInt8]], words: [String] = [], seed: UInt64) {
    let files = corpus.filter { !$0.isEmpty }
    precondition(!files.isEmpty, "no file to mutate")
    self.corpus = files
    self.words = words.filter { !$0.isEmpty }.map { Array($0.utf8) }
    random = SplitMix64(seed: seed)
    longest = 2 * (files.map(\.count).max() ?? 0) + 4096
  }

  /// How long one target is tried: 10 seconds, or what `MICROSCOPE_FUZZ_SECONDS` says.
  public static var duration: Duration {
    let seconds = ProcessInfo.processInfo.environment["MICROSCOPE_FUZZ_SECONDS"].flatMap(Double.init)
    return .seconds(min(max(seconds ?? 10, 0), 86_400))
  }

  /// Calls `body` with copy after copy for ``duration``, at least a hundred times, and lets other tests run in between.
  ///
  /// - Returns: How many copies there were.
  @discardableResult
  public mutating func run(
    _ body: (_ copy: [UInt8], _ number: Int) throws -> Void
  ) async rethrows -> Int {
    let end = ContinuousClock.now + Mutations.duration
    var number = 0
    while number < 100 || ContinuousClock.now < end {
      try body(next(), number)
      number += 1
      if number % 8 == 0 { await Task.yield() }
    }
    return number
  }

  /// Returns the next copy.
  public mutating func next() -> [UInt8] {
    var bytes = pick(corpus)
    for _ in 0..<Int.random(in: 1...4, using: &random) { damage(&bytes) }
    return Array(bytes.prefix(longest))
  }

  private mutating func damage(_ bytes: inout [UInt8]) {
    switch Int.random(in: 0..<10, using: &random) {
    case 0: flipBit(&bytes)
    case 1: overwrite(&bytes, with: [UInt8.random(in: 0...255, using: &random)])
    case 2, 3: overwrite(&bytes, with: awkwardInteger())
    case 4: overwrite(&bytes, with: word())
    case 5: bytes.insert(contentsOf: word(), at: place(in: bytes))
    case 6: bytes.insert(contentsOf: piece(of: bytes), at: place(in: bytes))
    case 7: bytes.removeSubrange(range(in: bytes))
    case 8: changeWrittenNumber(&bytes)
    default: cut(&bytes)
    }
  }

  private mutating func flipBit(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return }
    bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
  }

  private mutating func overwrite(_ bytes: inout [UInt8], with new: [UInt8]) {
    let start = place(in: bytes)
    bytes.replaceSubrange(start..<min(start + new.count, bytes.count), with: new)
  }

  /// Bytes of an integer at the edge of what fits somewhere, little or big endian.
  private mutating func awkwardInteger() -> [UInt8] {
    let values: [UInt64] = [
      0, 1, 2, 7, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF,
      0x1_0000_0000, 1 << 40, 1 << 60, 1 << 61, 1 << 62, 0x7FFF_FFFF_FFFF_FFFF, 1 << 63, .max - 1, .max,
    ]
    let width = pick([1, 2, 4, 4, 8, 8])
    let value = pick(values)
    let little = (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    return Bool.random(using: &random) ? little : little.reversed()
  }

  private mutating func word() -> [UInt8] { words.isEmpty ? awkwardInteger() : pick(words) }

  /// Replaces a run of digits by another number.
  private mutating func changeWrittenNumber(_ bytes: inout [UInt8]) {
    let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
    let from = place(in: bytes)
    guard let start = bytes[from...].firstIndex(where: isDigit) else { return flipBit(&bytes) }
    let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
    let numbers = [
      "0", "1", "-1", "3", "4294967296", "1152921504606846976", "9223372036854775807", "9223372036854775808",
      "18446744073709551616", "1e400", "-0", "0.5", "NaN", "00",
    ]
    bytes.replaceSubrange(start..<end, with: Array(pick(numbers).utf8))
  }

  /// Cuts the end off, or puts another file's end in its place.
  private mutating func cut(_ bytes: inout [UInt8]) {
    bytes.removeSubrange(place(in: bytes)...)
    guard Bool.random(using: &random) else { return }
    let other = pick(corpus)
    bytes += other[place(in: other)...]
  }

  private mutating func place(in bytes: [UInt8]) -> Int { Int.random(in: 0...bytes.count, using: &random) }

  private mutating func range(in bytes: [UInt8]) -> Range<Int> {
    let start = place(in: bytes)
    return start..<min(bytes.count, start + Int.random(in: 0...64, using: &random))
  }

  private mutating func piece(of bytes: [UInt8]) -> ArraySlice<UInt8> { bytes[range(in: bytes)] }

  private mutating func pick<Element>(_ choices: [Element]) -> Element {
    choices[Int.random(in: 0..<choices.count, using: &random)]
  }
}
