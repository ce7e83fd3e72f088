/// The words of a model: a text is split at white space, and each word is a token.
public struct WordVocabulary: Sendable, Equatable {
  /// The words; a word's place is its token id.
  public var words: [String]
  /// The word that begins every prompt.
  public var beginning: String
  /// The word that ends a text, where there is one.
  public var end: String?
  /// The word that stands for words outside the vocabulary.
  public var unknown: String

  /// Names the words; the special ones are among them.
  public init(words: [String], beginning: String, end: String? = nil, unknown: String) {
    self.words = words
    self.beginning = beginning
    self.end = end
    self.unknown = unknown
  }

  /// Checks that words are different, without white space, and that the special ones are among them.
  public func check() throws(TransformerTrainingError) {
    if let bad = words.first(where: { $0.isEmpty || $0.contains(where: \.isWhitespace) }) {
      throw .badVocabulary(problem: "'\(bad)' is empty or has white space in it; write it as one word")
    }
    if Set(words).count < words.count {
      throw .badVocabulary(problem: "a word is listed twice; list every word once")
    }
    for special in [beginning, end, unknown].compactMap({ $0 }) where !words.contains(special) {
      throw .badVocabulary(problem: "the special word '\(special)' is not among its words; add it")
    }
  }
}
