/// A line of a language: words, and how much the prediction of each counts in training.
struct Line: Sendable {
  /// The words.
  private(set) var words: [String] = []
  /// The weight of each word's prediction.
  private(set) var weights: [Float] = []

  /// The weight of words that the reader is free to choose: enough to learn how the language is written.
  static let free: Float = 0.1

  /// Adds words that follow from what stands before them.
  mutating func settle(_ text: String) { add(text, 1) }

  /// Adds words that could be others.
  mutating func say(_ text: String) { add(text, Self.free) }

  /// Adds words of a weight.
  mutating func add(_ text: String, _ weight: Float) {
    for word in text.split(separator: " ") {
      words.append(String(word))
      weights.append(weight)
    }
  }

  /// A line with free words before settled ones.
  init(_ free: String = "", settled: String = "") {
    say(free)
    settle(settled)
  }

  /// The words with spaces between.
  var text: String { words.joined(separator: " ") }
}
