import SpecimenTraining
import Specimens
import Testing

/// What a language's training shows, as text, for tests that read it like a stranger would.
struct TrainingText {
  /// The words of each sequence, with a space at either end.
  let sequences: [String]

  /// The first sequences of a phase.
  init(_ specimen: any Specimen, size: String? = nil, phase: Int = 0, count: Int = 4000) throws {
    let phases = try #require(specimen.phases(size: size))
    let words = specimen.vocabulary.words
    sequences = (0..<count).map { index in
      let tokens = phases[phase].source.sequence(index, seed: SpecimenSeed.training).tokens
      return " " + tokens.map { words[$0] }.joined(separator: " ") + " "
    }
  }

  /// Whether these words stand somewhere one after the other.
  func contains(_ text: String) -> Bool { sequences.contains { $0.contains(" " + text + " ") } }

  /// All captures of a pattern, in which `*` stands for one word.
  func matches(_ pattern: String) -> [[String]] {
    let pattern = pattern.split(separator: " ").map(String.init)
    return sequences.flatMap { text -> [[String]] in
      let words = text.split(separator: " ").map(String.init)
      guard words.count >= pattern.count else { return [] }
      return (0...words.count - pattern.count).compactMap { start in
        let piece = words[start..<start + pattern.count]
        guard zip(piece, pattern).allSatisfy({ $1 == "*" || $0 == $1 }) else { return nil }
        return zip(piece, pattern).filter { $1 == "*" }.map(\.0)
      }
    }
  }

  /// A table from the words behind `*`, but for the last one, to the last one; no key has two values.
  func table(_ pattern: String) -> [String: String] {
    var table: [String: String] = [:]
    for match in matches(pattern) {
      let key = match.dropLast().joined(separator: " ")
      let value = match[match.count - 1]
      #expect(
        table[key] == nil || table[key] == value, "\(pattern): \(key) is \(value) and \(table[key] ?? "")")
      table[key] = value
    }
    return table
  }
}

/// The specimen of a name.
func specimen(_ name: String) throws -> any Specimen {
  try #require(SpecimenShelf.specimen(named: name), "\(name)")
}

extension Specimen {
  /// The phases of a trained specimen.
  func phases(size: String? = nil) -> [SpecimenPhase]? {
    guard case .trained(let phases) = making(size: size ?? sizes[0]) else { return nil }
    return phases
  }

  /// The words of tokens.
  func words(_ tokens: [Int]) -> [String] { tokens.map { vocabulary.words[$0] } }
}
