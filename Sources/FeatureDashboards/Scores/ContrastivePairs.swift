/// Pairs of prompts that differ in one thing, for the contrastive evaluation.
public struct ContrastivePairs: Sendable, Equatable {
  /// The pairs.
  public let pairs: [(first: String, second: String)]

  /// Wraps pairs.
  public init(_ pairs: [(first: String, second: String)]) { self.pairs = pairs }

  /// Reads a text with a pair a line, separated by a tab.
  ///
  /// Empty lines and those that begin with # are left out; nil when a line is no pair, or there is none.
  public init?(text: String) {
    let lines = text.split(whereSeparator: \.isNewline).filter {
      !$0.hasPrefix("#") && $0.contains { !$0.isWhitespace }
    }
    let pairs = lines.map { $0.split(separator: "\t").map(String.init) }
    guard !pairs.isEmpty, pairs.allSatisfy({ $0.count == 2 }) else { return nil }
    self.pairs = pairs.map { (first: $0[0], second: $0[1]) }
  }

  /// Whether both have the same pairs.
  public static func == (left: ContrastivePairs, right: ContrastivePairs) -> Bool {
    left.pairs.count == right.pairs.count && zip(left.pairs, right.pairs).allSatisfy { $0 == $1 }
  }

  /// The pairs that come with the program: a place, a number, a language, a tense, a feeling, a topic, a form.
  public static let builtIn = ContrastivePairs([
    ("The train from Paris arrived late.", "The train from Tokyo arrived late."),
    ("She bought three apples at the market.", "She bought three hammers at the market."),
    ("The meeting is on Monday morning.", "The meeting is on the ground floor."),
    ("He was happy about the news.", "He was furious about the news."),
    ("They will travel to the coast.", "They travelled to the coast."),
    ("The doctor examined the patient.", "The mechanic examined the engine."),
    ("In 1994 the bridge was closed.", "In summer the bridge was closed."),
    ("The cat slept on the sofa.", "The judge slept on the sofa."),
    ("The recipe needs two cups of flour.", "The theory needs two kinds of proof."),
    ("for i in range(10): print(i)", "for each of the ten people, a letter"),
    ("The price fell by 20 percent.", "The leaf fell by the river."),
    ("Je ne sais pas quoi dire.", "I do not know what to say."),
    ("Der Hund schläft im Garten.", "The dog sleeps in the garden."),
    ("He plays the violin every evening.", "He plays football every evening."),
    ("The king signed the treaty.", "The queen signed the treaty."),
    ("\"Come in,\" she said.", "She asked him to come in."),
    ("Is the door open?", "The door is open."),
    ("I have never seen the sea.", "I have often seen the sea."),
    ("The virus spreads through the air.", "The rumour spreads through the town."),
    ("Please install the package with apt.", "Please open the package with scissors."),
    ("Water boils at 100 degrees.", "Water flows down to the valley."),
    ("The soldiers crossed the border at night.", "The children crossed the street at noon."),
    ("My grandmother told me stories.", "My computer told me nothing."),
    ("The stock market opened higher.", "The flower market opened earlier."),
  ])

  /// Chooses, for each pair, the features that are active in one prompt only, those that are most so, and puts the text of
  /// both into requests.
  ///
  /// - Parameters:
  ///   - activity: The greatest activation of each feature in a prompt, by prompt.
  ///   - greatest: The greatest activation of a feature in the corpus, by which activations are compared; features without
  ///     one do not take part.
  ///   - perPair: The most features of a pair.
  public func items(
    _ activity: (String) -> [FeatureName: Float], greatest: ([FeatureName]) throws -> [FeatureName: Float],
    perPair: Int
  ) rethrows -> [JudgeItem: (active: String, silent: String)] {
    var items: [JudgeItem: (active: String, silent: String)] = [:]
    for (round, pair) in pairs.enumerated() {
      let (first, second) = (activity(pair.first), activity(pair.second))
      let only = first.filter { second[$0.key] == nil }.merging(second.filter { first[$0.key] == nil }) { $1 }
      let scale = try greatest(only.keys.sorted())
      let shares = only.compactMap { name, value in
        scale[name].flatMap { $0 > 0 ? (name: name, share: value / $0) : nil }
      }
      let strongest = shares.sorted { ($0.share, $1.name) > ($1.share, $0.name) }.prefix(perPair)
      for (name, _) in strongest {
        items[JudgeItem(name: name, round: round)] =
          first[name] != nil ? (pair.first, pair.second) : (pair.second, pair.first)
      }
    }
    return items
  }
}
