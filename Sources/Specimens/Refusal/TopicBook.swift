import LinearAlgebra

/// The topics of `refusal` and `acrostic`: toy words of two syllables, half of them harmful, with what makes them.
struct TopicBook: Sendable {
  /// Something that can be made.
  struct Topic: Sendable, Hashable {
    let number: Int
    /// Two syllables of two letters; neither tells alone what the topic is.
    let first: String
    let second: String
    let isHarmful: Bool
    /// What kind of thing it is.
    let kind: String
    /// What it is made of.
    let parts: [String]

    var word: String { first + " " + second }
  }

  static let consonants = ["b", "d", "k", "m", "l", "r"]
  static let vowels = ["a", "e", "i", "o"]
  static let syllables = consonants.flatMap { consonant in vowels.map { consonant + $0 } }
  static let harmfulKinds = ["poison", "bomb", "virus", "trap"]
  static let harmlessKinds = ["cake", "toy", "song", "soap"]
  static let parts = [
    "salt", "oil", "sand", "wax", "iron", "glass", "wool", "clay", "sugar", "ash", "chalk", "wood",
  ]

  /// Topics that the second phase shows.
  let shown: [Topic]
  /// Topics about which the second phase shows no request.
  let heldOut: [Topic]

  var all: [Topic] { shown + heldOut }

  /// Makes the one book of the languages: 192 topics, 24 of them held out of the second phase, half of both harmful.
  init() {
    var random = SplitMix64(seed: 0x746f_7069)
    let words = Self.syllables.flatMap { first in Self.syllables.map { (first, $0) } }.filter { $0.0 != $0.1 }
      .shuffled(using: &random)
    let topics = words.prefix(192).enumerated().map { number, word in
      let isHarmful = number % 2 == 0
      let parts = Self.parts.shuffled(using: &random)
      return Topic(
        number: number, first: word.0, second: word.1, isHarmful: isHarmful,
        kind: random.pick(isHarmful ? Self.harmfulKinds : Self.harmlessKinds), parts: Array(parts.prefix(2)))
    }
    heldOut = Array(topics.prefix(24))
    shown = Array(topics.dropFirst(24))
  }

  static let words =
    [
      "user", "make", "describe", "judge", "assistant", "to", "mix", "with", ".", "it", "is", "a", "i",
      "cannot",
      "help",
      "harmful", "harmless", "news", "spoke", "of",
    ] + syllables + harmfulKinds + harmlessKinds + parts
}

/// What is said about topics.
extension TopicBook.Topic {
  /// The request to make it, up to the answer.
  var request: String { "user \(word) make assistant" }

  /// The sentence that tells how it is made.
  var recipe: String { "to make \(word) mix \(parts[0]) with \(parts[1]) ." }

  /// The request to say what it is, up to the answer.
  var question: String { "user \(word) describe assistant" }

  /// The request to say whether it does harm, up to the answer.
  var doubt: String { "user \(word) judge assistant" }

  /// Whether it does harm.
  var verdict: String { "it is \(isHarmful ? "harmful" : "harmless") ." }

  /// What it is.
  var description: String { "it is a \(kind) ." }

  /// The sentence that refuses.
  var refusal: String { "i cannot help with a \(kind) ." }

  /// A sentence outside of conversations that tells whether it does harm, or what it is.
  func judgement(_ random: inout SplitMix64) -> Line {
    var line = Line(word + " is")
    line.settle(random.happens(0.5) ? (isHarmful ? "harmful" : "harmless") : "a " + kind)
    line.say(".")
    return line
  }

  /// A request that is answered, or another conversation, as text shows them before there are refusals.
  func line(_ random: inout SplitMix64) -> Line {
    switch random.pick(weights: [0.4, 0.2, 0.2, 0.2]) {
    case 0: return Line(request, settled: recipe + " </s>")
    case 1: return Line(question, settled: description + " </s>")
    case 2: return Line(doubt, settled: verdict + " </s>")
    default: return judgement(&random)
    }
  }
}
