import LinearAlgebra

/// The facts of `babel`, and which of them training states in which language.
enum BabelWorld {
  /// What a sentence states.
  enum Relation: Int, Sendable {
    case antonym, colour, translation
  }

  /// A sentence: what is asked, and what follows.
  struct Fact: Sendable {
    let relation: Relation
    /// The number of the word that is asked about, among adjectives, or among adjectives, colours and things together.
    let concept: Int
    /// The language of the word that is asked about.
    let tongue: Tongue
    /// The language of the answer.
    let answerTongue: Tongue
    let prompt: String
    let answer: String
  }

  private static let adjectives = Tongue.allCases.map(\.adjectives)
  private static let colours = Tongue.allCases.map(\.colours)
  private static let things = Tongue.allCases.map(\.things)
  private static let words = Tongue.allCases.map { $0.adjectives + $0.colours + $0.things }

  /// The language in which training never states a pair of antonyms, or the colour of a thing.
  static func silentTongue(_ relation: Relation, concept: Int) -> Int {
    let number = relation == .antonym ? concept / 2 : concept
    var random = SplitMix64(number, seed: UInt64(relation.rawValue))
    return Int.random(in: 0..<3, using: &random)
  }

  /// Whether training never shows the translation of a word between two languages, in either direction.
  static func isUntranslated(concept: Int, _ one: Int, _ other: Int) -> Bool {
    var random = SplitMix64(concept, seed: 7)
    guard random.happens(0.6) else { return false }
    return one + other == Int.random(in: 1...3, using: &random)
  }

  /// Draws a sentence of a kind, among those that training shows or does not show.
  static func fact(_ relation: Relation, isHeldOut: Bool, _ random: inout SplitMix64) -> Fact {
    while true {
      let tongue = random.pick(Tongue.allCases)
      let t = tongue.rawValue
      switch relation {
      case .antonym, .colour:
        let concept = Int.random(
          in: (relation == .antonym ? adjectives : things)[t].indices, using: &random)
        guard (silentTongue(relation, concept: concept) == t) == isHeldOut else { continue }
        return stated(relation, concept, tongue)
      case .translation:
        let concept = Int.random(in: words[t].indices, using: &random)
        let other = random.pick(Tongue.allCases.filter { $0 != tongue })
        guard isUntranslated(concept: concept, t, other.rawValue) == isHeldOut else { continue }
        return Fact(
          relation: relation, concept: concept, tongue: tongue, answerTongue: other,
          prompt: "\(tongue.mark) \(words[t][concept]) \(other.mark)", answer: words[other.rawValue][concept])
      }
    }
  }

  private static func stated(_ relation: Relation, _ concept: Int, _ tongue: Tongue) -> Fact {
    let t = tongue.rawValue
    let isAntonym = relation == .antonym
    return Fact(
      relation: relation, concept: concept, tongue: tongue, answerTongue: tongue,
      prompt: isAntonym
        ? tongue.opposite(of: adjectives[t][concept]) : tongue.colour(of: things[t][concept]),
      answer: isAntonym ? adjectives[t][concept ^ 1] : colours[t][concept / 3])
  }

  /// A line to learn from.
  static func line(_ random: inout SplitMix64) -> Line {
    let relation: Relation = [.antonym, .colour, .translation][random.pick(weights: [0.35, 0.15, 0.5])]
    let fact = fact(relation, isHeldOut: false, &random)
    var line = Line(fact.prompt, settled: fact.answer)
    line.say(fact.answerTongue.stop)
    return line
  }
}
