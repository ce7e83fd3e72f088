/// A prompt as the model reads it, with what the study knows of it.
struct StudyPrompt: Sendable, Hashable, Codable {
  /// The set that it belongs to.
  var set: String
  /// Its place in the set's list, or the number by which its specimen draws it.
  var row: Int
  var tokens: [Int]
  /// The text of each token.
  var pieces: [String]
  /// What is known of it, by column.
  var columns: [String: String]
  /// The positions of columns.
  var positions: [String: [Int]]
  /// The first token of the answer; nil without an answer.
  var answer: Int?

  /// The positions of each place, the first token left out.
  func slots(_ places: [StudyPlace]) -> [[Int]] {
    places.map { place in
      let found: [Int]
      switch place {
      case .all: found = Array(tokens.indices)
      case .index(let number): found = [number < 0 ? tokens.count + number : number]
      case .column(let name): found = positions[name] ?? []
      case .text(let text): found = pieces.lastIndex { $0.contains(text) }.map { [$0] } ?? []
      }
      return found.filter { $0 > 0 && $0 < tokens.count }
    }
  }

  /// The positions of some places, ascending.
  func positions(_ places: [StudyPlace]) -> [Int] { Set(slots(places).joined()).sorted() }

  /// A text with this prompt's columns, and those of a donor, filled in; nil where one is missing.
  func text(_ template: TextTemplate, donor: StudyPrompt? = nil) -> String? {
    var values = columns
    for (name, value) in donor?.columns ?? [:] { values["donor." + name] = value }
    return template.filled(values)?.text
  }
}
