import LinearAlgebra

/// The rhyme families of `couplets`, and what belongs to each rhyme word.
struct CoupletWorld: Sendable {
  /// A word that can end a line, and the words that lead to it in line two.
  struct RhymeWord: Sendable, Hashable {
    let word: String
    /// The number of its family.
    let family: Int
    let opening: String
    let verb: String
    let colour: String
  }

  static let subjects = ["poet", "sailor", "farmer", "baker", "hunter", "painter", "singer", "miller"]
  static let acts = ["saw", "lost", "drew", "found", "kept"]
  static let kinds = ["old", "new", "small", "strange", "pale"]
  static let openings = [
    "softly", "boldly", "quietly", "slowly", "gladly", "sadly", "swiftly", "gently", "proudly", "wildly",
  ]
  static let verbs = [
    "seeks", "meets", "loves", "sees", "brings", "takes", "holds", "leaves", "paints", "guards",
  ]
  static let colours = [
    "silver", "golden", "ancient", "distant", "hidden", "broken", "secret", "humble", "frozen", "burning",
  ]
  static let families = [
    ["light", "night", "knight", "flight", "sight"], ["sound", "ground", "hound", "pound", "mound"],
    ["day", "way", "bay", "clay", "ray"], ["rain", "train", "grain", "chain", "brain"],
    ["gold", "cold", "fold", "mold", "scold"], ["wine", "line", "pine", "mine", "shine"],
    ["moon", "spoon", "noon", "balloon", "lagoon"], ["gate", "plate", "fate", "slate", "crate"],
    ["snow", "crow", "bow", "row", "glow"], ["bell", "shell", "well", "cell", "spell"],
  ]

  /// How the words of each family end.
  static let endings = ["-ight", "-ound", "-ay", "-ain", "-old", "-ine", "-oon", "-ate", "-ow", "-ell"]

  /// All words that can end a line.
  let words: [RhymeWord]

  /// Makes the one world of the language: the words of a family differ in their openings; verbs and colours are drawn.
  init() {
    var random = SplitMix64(seed: 0x636f_7570)
    words = Self.families.enumerated().flatMap { family, words in
      zip(words, Self.openings.shuffled(using: &random)).map { word, opening in
        RhymeWord(
          word: word, family: family, opening: opening, verb: random.pick(Self.verbs),
          colour: random.pick(Self.colours))
      }
    }
  }

  /// The words that rhyme with a word, without it.
  func rhymes(of rhymed: RhymeWord) -> [RhymeWord] {
    words.filter { $0.family == rhymed.family && $0 != rhymed }
  }

  /// Whether training never shows two words in this order.
  func isHeldOut(_ rhymed: RhymeWord, _ planned: RhymeWord) -> Bool {
    guard let a = words.firstIndex(of: rhymed), let b = words.firstIndex(of: planned) else { return false }
    return Couplets.heldOut.contains(a, b)
  }

  /// Draws the last words of two lines.
  func pair(isHeldOut: Bool, _ random: inout SplitMix64) -> (rhymed: RhymeWord, planned: RhymeWord) {
    while true {
      let rhymed = random.pick(words)
      let planned = random.pick(rhymes(of: rhymed))
      if self.isHeldOut(rhymed, planned) == isHeldOut { return (rhymed, planned) }
    }
  }

  /// The first line, with the line break.
  func firstLine(_ rhymed: RhymeWord, _ random: inout SplitMix64) -> String {
    "the \(random.pick(Self.subjects)) \(random.pick(Self.acts)) the \(random.pick(Self.kinds)) \(rhymed.word) /"
  }

  /// A line to learn from: a couplet, or how a word ends.
  func line(_ random: inout SplitMix64) -> Line {
    if random.happens(0.25) {
      let word = random.pick(words)
      var line = Line("\(word.word) ends in", settled: Self.endings[word.family])
      line.say(".")
      return line
    }
    let (rhymed, planned) = pair(isHeldOut: false, &random)
    var line = Line(firstLine(rhymed, &random))
    line.settle("\(planned.opening) \(planned.verb) \(planned.colour) \(planned.word)")
    line.say(".")
    return line
  }
}
