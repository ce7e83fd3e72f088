import SpecimenTraining

/// The words of a language and their token ids; `<s>`, `</s>` and `<unk>` come first.
struct Lexicon: Sendable {
  /// The words, as the trainer takes them.
  let vocabulary: WordVocabulary
  private let ids: [String: Int]

  static let beginning = "<s>"
  static let end = "</s>"
  static let unknown = "<unk>"

  /// A lexicon of these words, each of which is kept once.
  init(_ words: [String]) {
    var ids: [String: Int] = [:]
    var kept: [String] = []
    for word in [Self.beginning, Self.end, Self.unknown] + words where ids[word] == nil {
      ids[word] = kept.count
      kept.append(word)
    }
    self.ids = ids
    vocabulary = WordVocabulary(
      words: kept, beginning: Self.beginning, end: Self.end, unknown: Self.unknown)
  }

  /// The token id of a word of the language.
  subscript(_ word: String) -> Int {
    guard let id = ids[word] else { preconditionFailure("'\(word)' is no word of the language") }
    return id
  }

  /// The number of words.
  var count: Int { vocabulary.words.count }

  /// The token ids of words between spaces.
  func tokens(_ text: String) -> [Int] { text.split(separator: " ").map { self[String($0)] } }

  /// The words of tokens, with spaces between.
  func text(_ tokens: [Int]) -> String { tokens.map { vocabulary.words[$0] }.joined(separator: " ") }
}
