import LinearAlgebra

/// The facts of `twohop`: 96 cities in 12 states, each of which has five things of its own.
struct TwoHopWorld: Sendable {
  /// A city: two words, and the number of its state.
  struct City: Sendable, Hashable {
    let first: String
    let last: String
    let state: Int
  }

  static let first = [
    "new", "old", "port", "fort", "lake", "east", "west", "north", "south", "upper", "lower", "high",
  ]
  static let last = [
    "ash", "birch", "cedar", "elm", "fir", "hazel", "larch", "maple", "oak", "pine", "rowan", "yew",
  ]
  static let states = [
    "aldia", "borva", "cresta", "dorne", "elvia", "fenmark", "gorland", "hestia", "istria", "jorvik", "keld",
    "lorn",
  ]
  static let relations = ["capital", "river", "flower", "bird", "coin"]
  /// The things of the states, for each relation.
  static let things = [
    [
      "amber", "basil", "cobalt", "dusk", "ember", "flint", "garnet", "heron", "iris", "jasper", "kestrel",
      "lumen",
    ],
    [
      "ado", "bure", "calder", "dove", "eden", "frome", "glen", "humber", "irwell", "kennet", "lune",
      "medway",
    ],
    [
      "aster", "bluebell", "clover", "daisy", "edelweiss", "foxglove", "gentian", "heather", "jonquil",
      "lily",
      "orchid", "tulip",
    ],
    [
      "avocet", "bittern", "curlew", "dipper", "egret", "falcon", "grebe", "hoopoe", "ibis", "jackdaw",
      "kite",
      "linnet",
    ],
    [
      "anna", "byzant", "crown", "ducat", "ecu", "florin", "guinea", "heller", "krone", "lira", "mark",
      "noble",
    ],
  ]

  /// All cities.
  let cities: [City]
  /// The cities of which training shows no composition.
  let heldOut: [City]
  /// The others.
  let composed: [City]

  /// Makes the one world of the language: of all pairs of words, 96 are cities, and each state has eight of them.
  init() {
    var random = SplitMix64(seed: 0x7477_6f68)
    let names = Self.first.flatMap { first in Self.last.map { (first, $0) } }.shuffled(using: &random)
    let count = 96
    cities = names.prefix(count).enumerated().map { index, name in
      City(first: name.0, last: name.1, state: index % Self.states.count)
    }
    let shuffled = cities.shuffled(using: &random)
    heldOut = Array(shuffled.prefix(count / 4))
    composed = Array(shuffled.dropFirst(count / 4))
  }

  /// The question for the state of a city, and its answer.
  func firstHop(_ city: City) -> (prompt: String, answer: String) {
    ("the state of \(city.first) \(city.last) is", Self.states[city.state])
  }

  /// The question for a thing of a state, and its answer.
  func secondHop(state: Int, relation: Int) -> (prompt: String, answer: String) {
    ("the \(Self.relations[relation]) of \(Self.states[state]) is", Self.things[relation][state])
  }

  /// The question for a thing of the state of a city, and its answer.
  func composition(_ city: City, relation: Int) -> (prompt: String, answer: String) {
    (
      "the \(Self.relations[relation]) of the state of \(city.first) \(city.last) is",
      Self.things[relation][city.state]
    )
  }

  /// A line to learn from.
  func line(_ random: inout SplitMix64) -> Line {
    let relation = Int.random(in: Self.relations.indices, using: &random)
    let (prompt, answer) =
      switch random.pick(weights: [0.45, 0.15, 0.4]) {
      case 0: firstHop(random.pick(cities))
      case 1: secondHop(state: Int.random(in: 0..<12, using: &random), relation: relation)
      default: composition(random.pick(composed), relation: relation)
      }
    var line = Line(prompt, settled: answer)
    line.say(".")
    return line
  }
}
