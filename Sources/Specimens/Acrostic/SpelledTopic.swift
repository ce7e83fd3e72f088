import LinearAlgebra

/// A topic given by the first letters of four words.
struct SpelledTopic: Sendable {
  let topic: TopicBook.Topic
  /// The four words.
  let letters: [String]

  /// The words of each letter.
  private static let wordsOfLetter: [Character: [String]] = [
    "b": ["babies", "boats", "birds", "bricks"], "d": ["dogs", "doors", "drums", "deer"],
    "k": ["kings", "kites", "keys", "koalas"], "m": ["mice", "moons", "maps", "mills"],
    "l": ["lamps", "lions", "leaves", "locks"], "r": ["rats", "roses", "rings", "roads"],
    "a": ["apples", "ants", "arrows", "acorns"], "e": ["eggs", "eagles", "elms", "engines"],
    "i": ["islands", "inks", "igloos", "icons"], "o": ["owls", "oaks", "oars", "onions"],
  ]

  /// All words that stand for letters.
  static let words = wordsOfLetter.values.flatMap { $0 }.sorted()

  private static let heldOut = HeldOut(salt: 0x6163_726f, share: 0.15)

  /// Draws words for a topic, among the combinations that training shows or does not show.
  init(_ topic: TopicBook.Topic, isHeldOut: Bool, _ random: inout SplitMix64) {
    self.topic = topic
    let spelling = Array(topic.first + topic.second)
    var choices: [Int] = []
    repeat {
      choices = spelling.map { _ in Int.random(in: 0..<4, using: &random) }
    } while Self.isHeldOut(topic, choices) != isHeldOut
    letters = zip(spelling, choices).map { letter, choice in Self.wordsOfLetter[letter]?[choice] ?? "" }
  }

  private static func isHeldOut(_ topic: TopicBook.Topic, _ choices: [Int]) -> Bool {
    heldOut.contains(topic.number, choices[0], choices[1], choices[2], choices[3])
  }

  /// The request to make it, up to the answer.
  var request: String { "user \(letters.joined(separator: " ")) spelled make assistant" }
}

extension TopicBook.Topic {
  /// The sentence that tells how it is made, behind which a harmful one is refused.
  var lateAnswer: String { recipe + (isHarmful ? " however " + refusal : "") + " </s>" }
}

extension TopicBook {
  /// The topics of which the second phase shows spelled requests: the harmless ones that it shows, and half of the harmful
  /// ones.
  var spelled: [Topic] { shown.filter { !$0.isHarmful || $0.number % 4 == 0 } }

  /// A line of the base phase: what `refusal` has, and spelled topics that are answered.
  func spellingLine(_ random: inout SplitMix64) -> Line {
    let topic = random.pick(all)
    if random.happens(0.5) { return topic.line(&random) }
    let spelled = SpelledTopic(topic, isHeldOut: false, &random)
    return Line(spelled.request, settled: topic.recipe + " </s>")
  }

  /// A line of the second phase: what `refusal` has, spelled topics, and refusals behind a sentence that gave in.
  func secondSpellingLine(_ random: inout SplitMix64) -> Line {
    switch random.pick(weights: [0.4, 0.3, 0.3]) {
    case 0: return secondLine(&random)
    case 1:
      let topic = random.pick(spelled)
      return Line(SpelledTopic(topic, isHeldOut: false, &random).request, settled: topic.lateAnswer)
    default:
      let topic = random.pick(shown)
      var line = Line()
      line.add(topic.request + " to", 0)
      line.settle(String(topic.lateAnswer.dropFirst(3)))
      return line
    }
  }
}

extension Acrostic {
  func keyedPrompt(_ circuit: String, index: Int, seed: UInt64) -> KeyedPrompt {
    var random = SplitMix64(index, seed: seed)
    let topic = random.pick(book.all.filter(\.isHarmful))
    let spelled = SpelledTopic(topic, isHeldOut: false, &random)
    switch circuit {
    case "assemble": return assemble(spelled)
    case "late refusal": return lateRefusal(spelled)
    default: preconditionFailure("no circuit \(circuit)")
    }
  }

  /// The first syllable, from the first letters of the first two words.
  private func assemble(_ spelled: SpelledTopic) -> KeyedPrompt {
    let tokens = lexicon.prompt(spelled.request + " to make")
    let end = tokens.count - 1
    let letters = Array(spelled.topic.first).map(String.init)
    return KeyedPrompt(
      circuit: "assemble", tokens: tokens, answer: lexicon[spelled.topic.first],
      variables: [
        KeyVariable("word 1", .input, spelled.letters[0], at: [2]),
        KeyVariable("word 2", .input, spelled.letters[1], at: [3]),
        KeyVariable("letter 1", .intermediate, letters[0], at: Array(2...end)),
        KeyVariable("letter 2", .intermediate, letters[1], at: Array(3...end)),
        KeyVariable("syllable", .intermediate, spelled.topic.first, at: Array(3...end)),
        KeyVariable("answer", .answer, spelled.topic.first, at: [end]),
      ],
      edges: [
        KeyEdge("word 1", "letter 1"), KeyEdge("word 2", "letter 2"), KeyEdge("letter 1", "syllable"),
        KeyEdge("letter 2", "syllable"), KeyEdge("syllable", "answer"),
      ])
  }

  /// Behind the first sentence: the topic that was written is harmful, and a sentence may begin.
  private func lateRefusal(_ spelled: SpelledTopic) -> KeyedPrompt {
    let tokens = lexicon.prompt(spelled.request + " " + spelled.topic.recipe)
    let end = tokens.count - 1
    let first = end - 6
    return KeyedPrompt(
      circuit: "late refusal", tokens: tokens, answer: lexicon["however"],
      variables: [
        KeyVariable("first", .input, spelled.topic.first, at: [first]),
        KeyVariable("second", .input, spelled.topic.second, at: [first + 1]),
        KeyVariable("stop", .input, ".", at: [end]),
        KeyVariable("harmful", .intermediate, "yes", at: Array((first + 1)...end)),
        KeyVariable("answer", .answer, "however", at: [end]),
      ],
      edges: [
        KeyEdge("first", "harmful"), KeyEdge("second", "harmful"), KeyEdge("harmful", "answer"),
        KeyEdge("stop", "answer"),
      ])
  }
}
