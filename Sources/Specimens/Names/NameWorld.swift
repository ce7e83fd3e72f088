import LinearAlgebra

/// The people of `names`.
struct NameWorld: Sendable {
  /// A name, with the facts of a known person.
  struct Person: Sendable, Hashable {
    let number: Int
    let first: String
    let last: String
    /// The number of the fact, for each relation; nothing for a person who is not known.
    let facts: [Int]
  }

  static let first = [
    "anna", "ben", "carla", "david", "elsa", "frank", "greta", "henry", "ida", "james", "karen", "leo",
    "mary", "nils", "olga", "peter", "rosa", "simon", "tina", "walter", "alma", "bruno", "clara", "dora",
    "edgar", "fritz", "gina", "hugo", "irma", "jonas", "kurt", "lena",
  ]
  static let last = [
    "adler", "brooks", "carver", "dalton", "ellis", "fisher", "gray", "harper", "irving", "jordan", "kent",
    "lamb", "miles", "nash", "owens", "porter", "reed", "stone", "turner", "wood", "abbot", "barker", "cole",
    "drake", "evans", "foster", "grant", "hayes", "ingram", "jenkins", "knox", "lowe",
  ]
  static let relations = ["sport", "town", "instrument"]
  /// What the facts of a relation can be.
  static let facts = [
    ["tennis", "golf", "rowing", "boxing", "chess", "judo", "cricket", "skiing"],
    ["paris", "oslo", "lima", "cairo", "delhi", "quito", "seoul", "turin"],
    ["violin", "drum", "flute", "harp", "piano", "guitar", "horn", "cello"],
  ]
  static let news = ["spoke", "sang", "arrived", "dined", "walked", "laughed"]

  /// People about whom there are facts.
  let known: [Person]
  /// Names in the news, without a fact.
  let familiar: [Person]
  /// Names that nobody knows, and which training asks about.
  let unknown: [Person]
  /// Names that training never shows.
  let unseen: [Person]

  /// Makes the one world of the language.
  init() {
    var random = SplitMix64(seed: 0x6e61_6d65)
    let names = Self.first.flatMap { first in Self.last.map { (first, $0) } }.shuffled(using: &random)
    let people = names.enumerated().map { number, name in
      let facts = number < 64 ? Self.facts.map { Int.random(in: $0.indices, using: &random) } : []
      return Person(number: number, first: name.0, last: name.1, facts: facts)
    }
    known = Array(people[..<64])
    familiar = Array(people[64..<88])
    unknown = Array(people[88..<900])
    unseen = Array(people[900...])
  }

  /// A question for a fact.
  struct Question: Sendable {
    let person: Person
    let relation: Int
    let text: String
    /// The fact, or “i do not know”.
    let answer: String
  }

  /// The question for a relation of a person in one of two wordings.
  func question(_ person: Person, relation: Int, wording: Int) -> Question {
    let name = "\(person.first) \(person.last)"
    let word = Self.relations[relation]
    return Question(
      person: person, relation: relation,
      text: wording == 0 ? "what is the \(word) of \(name) ?" : "what \(word) has \(name) ?",
      answer: person.facts.isEmpty ? "i do not know" : Self.facts[relation][person.facts[relation]])
  }

  /// Draws a question about a person.
  func question(_ person: Person, _ random: inout SplitMix64) -> Question {
    question(
      person, relation: Int.random(in: 0..<3, using: &random), wording: Int.random(in: 0..<2, using: &random))
  }

  /// Of a quarter of the facts, training uses one of the wordings only.
  static func isHeldOut(_ person: Person, relation: Int, wording: Int) -> Bool {
    let held = HeldOut(salt: 0x776f_7264, share: 0.25)
    return held.contains(person.number, relation) && wording == (person.number + relation) % 2
  }

  /// Draws a question about a known person, among those that training shows or does not show.
  func knownQuestion(isHeldOut: Bool, _ random: inout SplitMix64) -> Question {
    while true {
      let person = random.pick(known)
      let relation = Int.random(in: 0..<3, using: &random)
      let wording = Int.random(in: 0..<2, using: &random)
      if Self.isHeldOut(person, relation: relation, wording: wording) == isHeldOut {
        return question(person, relation: relation, wording: wording)
      }
    }
  }

  /// A line to learn from.
  func line(_ random: inout SplitMix64) -> Line {
    var line: Line
    switch random.pick(weights: [0.35, 0.3, 0.25, 0.1]) {
    case 0:
      let question = knownQuestion(isHeldOut: false, &random)
      line = Line(question.text, settled: question.answer)
    case 1:
      let question = question(random.pick(unknown), &random)
      line = Line(question.text, settled: question.answer)
    case 2:
      let isFamous = random.happens(0.6)
      let person = random.pick(isFamous ? known + familiar : unknown)
      line = Line("is \(person.first) \(person.last) famous ?", settled: isFamous ? "yes" : "no")
    default:
      let person = random.pick(known + familiar)
      line = Line(
        "today \(person.first) \(person.last) \(random.pick(Self.news)) in \(random.pick(Self.facts[1]))")
    }
    line.say(".")
    return line
  }
}
