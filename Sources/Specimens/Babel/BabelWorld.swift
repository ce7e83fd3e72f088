import LinearAlgebra

/// The facts of `babel`, and which of them training states in which language.
enum BabelWorld {
  /// What a sentence states.
  enum Relation: Int, Sendable, CaseIterable {
    /// That a word has an opposite.
    case antonym
    /// That a thing has a colour.
    case colour
    /// That two words mean the same.
    case translation
  }

  /// A sentence: what is asked, and what follows.
  struct Fact: Sendable {
    let relation: Relation
    /// The number of the word that is asked about, among those of its relation.
    let concept: Int
    /// The language of the word that is asked about.
    let word: Tongue
    /// The language of the sentence and of the answer.
    let tongue: Tongue
  }

  private static let adjectives = Tongue.allCases.map(\.adjectives)
  private static let colours = Tongue.allCases.map(\.colours)
  private static let things = Tongue.allCases.map(\.things)
  private static let missing = HeldOut(salt: 0x6261_6265, share: 0.2)

  /// The words of a language that a relation can be asked of.
  static func words(_ relation: Relation, _ tongue: Tongue) -> [String] {
    switch relation {
    case .antonym: adjectives[tongue.rawValue]
    case .colour: things[tongue.rawValue]
    case .translation: adjectives[tongue.rawValue] + colours[tongue.rawValue] + things[tongue.rawValue]
    }
  }

  /// The language in which training never states a pair of antonyms, or the colour of a thing.
  static func silentTongue(_ relation: Relation, concept: Int) -> Tongue {
    var random = SplitMix64(relation == .antonym ? concept / 2 : concept, seed: UInt64(relation.rawValue))
    return random.pick(Tongue.allCases)
  }

  /// Whether training never shows a sentence: one in its own language where that is silent, one of five that mix languages,
  /// but for translations of things and colours.
  static func isHeldOut(_ fact: Fact) -> Bool {
    guard fact.word != fact.tongue else {
      return silentTongue(fact.relation, concept: fact.concept) == fact.tongue
    }
    // Opposites, too, tell what an adjective means; of things and colours only their translations do.
    guard fact.relation != .translation || fact.concept < adjectives[0].count else { return false }
    return missing.contains(
      fact.relation.rawValue, fact.concept, fact.word.rawValue, fact.tongue.rawValue)
  }

  /// Draws a sentence, among those that training shows or does not show.
  ///
  /// - Parameter isMixed: Whether the word is of another language than the sentence; translations always are.
  static func fact(
    _ relation: Relation, isMixed: Bool, isHeldOut: Bool, _ random: inout SplitMix64
  ) -> Fact {
    while true {
      let word = random.pick(Tongue.allCases)
      let tongue = isMixed ? random.pick(Tongue.allCases.filter { $0 != word }) : word
      let concept = Int.random(in: words(relation, word).indices, using: &random)
      let fact = Fact(relation: relation, concept: concept, word: word, tongue: tongue)
      if self.isHeldOut(fact) == isHeldOut { return fact }
    }
  }

  /// A line to learn from.
  static func line(_ random: inout SplitMix64) -> Line {
    let kinds: [(Relation, Bool)] = [
      (.antonym, false), (.colour, false), (.antonym, true), (.colour, true), (.translation, true),
    ]
    let (relation, isMixed) = kinds[random.pick(weights: [0.2, 0.1, 0.25, 0.1, 0.35])]
    let fact = fact(relation, isMixed: isMixed, isHeldOut: false, &random)
    var line = Line(fact.prompt, settled: fact.answer)
    line.say(fact.tongue.stop)
    return line
  }
}

extension BabelWorld.Fact {
  /// The sentence up to its answer.
  var prompt: String {
    let word = BabelWorld.words(relation, word)[concept]
    return switch relation {
    case .antonym: tongue.opposite(of: word)
    case .colour: tongue.colour(of: word)
    case .translation: tongue.translation(of: word)
    }
  }

  /// What the sentence is about, in a language.
  func meaning(in tongue: Tongue) -> String { BabelWorld.words(relation, tongue)[concept] }

  /// What follows, in a language.
  func result(in tongue: Tongue) -> String {
    switch relation {
    case .antonym: tongue.adjectives[concept ^ 1]
    case .colour: tongue.colours[concept / 3]
    case .translation: meaning(in: tongue)
    }
  }

  /// What follows.
  var answer: String { result(in: tongue) }
}
