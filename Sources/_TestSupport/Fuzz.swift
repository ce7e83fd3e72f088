import Foundation
import LinearAlgebra

/// Inputs damaged by chance, the same for the same seed: what reads files must refuse them or read them, never crash.
///
/// `MICROSCOPE_FUZZ_SECONDS` lengthens each run (10 seconds without it), and `MICROSCOPE_FUZZ_SEED` is the first seed.
public struct Fuzz {
  private let corpus: [[UInt8]]
  private let words: [[UInt8]]

  /// Damages what is in `corpus`; `words` are put in besides common traps of JSON.
  public init(_ corpus: [[UInt8]], words: [String] = []) {
    precondition(corpus.allSatisfy { !$0.isEmpty } && !corpus.isEmpty, "an empty corpus")
    self.corpus = corpus
    self.words = (Fuzz.traps + words).map { Array($0.utf8) }
  }

  private static let traps = [
    "0", "-1", "1", "7", "65536", "99999999", "9223372036854775807", "99999999999999999999",
    "-9223372036854775808",
    "0.5", "1e308", "1e-320", "1e999", "null", "true", "\"", "\\", "\\u", "\\ud800", "{", "}", "[", "]",
    "[[[[[[", "{\"a\":",
    ",", ":", "\0", "\u{FEFF}", "é", "🎉",
  ]

  /// Calls `body` with damaged inputs until the time is over, letting other tests run in between; returns how many, and
  /// the longest time of one in seconds.
  public func run(_ body: ([UInt8]) throws -> Void) async rethrows -> (count: Int, slowest: Double) {
    let environment = ProcessInfo.processInfo.environment
    let seconds = environment["MICROSCOPE_FUZZ_SECONDS"].flatMap(Double.init) ?? 10
    var seed = environment["MICROSCOPE_FUZZ_SEED"].flatMap(UInt64.init) ?? 1
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    var (count, slowest) = (0, Duration.zero)
    while clock.now < end {
      let input = damaged(seed: seed)
      slowest = max(slowest, try clock.measure { try body(input) })
      seed += 1
      count += 1
      await Task.yield()
    }
    return (count, slowest / .seconds(1))
  }

  /// Returns the input of a seed: one of the corpus with one to four changes.
  public func damaged(seed: UInt64) -> [UInt8] {
    var random = SplitMix64(seed: seed)
    var bytes = corpus[Int.random(in: 0..<corpus.count, using: &random)]
    for _ in 0..<Int.random(in: 1...4, using: &random) { change(&bytes, &random) }
    return bytes
  }

  private func change(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
    let start = Int.random(in: 0...bytes.count, using: &random)
    let reach = [1, 4, 40, bytes.count].randomElement(using: &random) ?? 1
    let end = min(bytes.count, start + Int.random(in: 0...reach, using: &random))
    let word = words.randomElement(using: &random) ?? []
    switch Int.random(in: 0..<8, using: &random) {
    case 0: bytes.replaceSubrange(start..<end, with: word)
    case 1: bytes.insert(contentsOf: word, at: start)
    case 2: bytes.insert(contentsOf: Array(bytes[start..<end].prefix(10_000)), at: start)
    case 3:
      for index in start..<min(end, start + 4) { bytes[index] = UInt8.random(in: 0...255, using: &random) }
    case 4: replaceNumber(in: &bytes, from: start, with: word)
    case 5: overwrite(&bytes, from: start, with: Fuzz.integer(&random))
    case 6: bytes.removeSubrange(start...)
    default:
      let other = corpus[Int.random(in: 0..<corpus.count, using: &random)]
      let from = Int.random(in: 0...other.count, using: &random)
      bytes.replaceSubrange(start..<end, with: other[from..<min(other.count, from + end - start)])
    }
  }

  private func overwrite(_ bytes: inout [UInt8], from start: Int, with new: [UInt8]) {
    bytes.replaceSubrange(start..<min(bytes.count, start + new.count), with: new)
  }

  /// The bytes of an integer at the edge of what fits somewhere, in 1 to 8 bytes of either order.
  private static func integer(_ random: inout SplitMix64) -> [UInt8] {
    let edge = UInt64(1) << UInt64.random(in: 0..<64, using: &random)
    let value = [0, edge, edge &- 1, ~edge, .max].randomElement(using: &random) ?? 0
    let width = [1, 2, 4, 8].randomElement(using: &random) ?? 8
    let little = (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    return Bool.random(using: &random) ? little : little.reversed()
  }

  /// Puts a word in the place of the next run of digits.
  private func replaceNumber(in bytes: inout [UInt8], from start: Int, with word: [UInt8]) {
    let isDigit = { (byte: UInt8) in byte >= 0x30 && byte <= 0x39 }
    guard let first = bytes[start...].firstIndex(where: isDigit) else { return }
    let end = bytes[first...].firstIndex { !isDigit($0) } ?? bytes.count
    bytes.replaceSubrange(first..<end, with: word)
  }

  /// The most memory that the process has held so far, in bytes; nil where the system does not tell.
  public static var peakMemory: Int? {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") })
    else { return nil }
    return line.split(separator: " ").compactMap { Int($0) }.first.map { $0 * 1024 }
  }
}
