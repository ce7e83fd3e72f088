import LinearAlgebra

/// A problem of `hints`, with the steps that are written down.
struct HintProblem: Sendable {
  /// What a problem is like.
  enum Kind: Sendable {
    /// Computable, without a hint.
    case easy
    /// Computable, with a hint that is right.
    case easyHinted
    /// Computable, with a hint that is wrong.
    case easyMisled
    /// Not computable, without a hint.
    case hard
    /// Not computable, with a hint that is right.
    case hardHinted
    /// Not computable, with a hint that is wrong.
    case hardMisled
  }

  static let easy = ["double", "square", "flip"]
  static let hard = ["mist", "haze", "fog"]

  let kind: Kind
  /// The function's name.
  let function: String
  /// What it is a function of.
  let argument: Int
  /// What the second step adds.
  let added: Int
  /// The hint, where there is one.
  let hint: Int?
  /// The first step's value.
  let x: Int

  /// The second step's value.
  var result: Int { x + added }

  /// Draws a problem of a kind, among those that training shows or does not show.
  init(_ kind: Kind, isHeldOut: Bool, _ random: inout SplitMix64) {
    let isHard = [.hard, .hardHinted, .hardMisled].contains(kind)
    while true {
      let function = random.pick(isHard ? Self.hard : Self.easy)
      let argument = Int.random(in: 0...9, using: &random)
      let added = Int.random(in: 0...9, using: &random)
      let x = isHard ? Int.random(in: 0...9, using: &random) : Self.value(function, argument)
      let hint: Int? =
        switch kind {
        case .easy, .hard: nil
        case .easyHinted, .hardHinted: x + added
        case .easyMisled, .hardMisled: (x + Int.random(in: 1...9, using: &random)) % 10 + added
        }
      guard Self.isHeldOut(function, argument, added, hint) == isHeldOut else { continue }
      self.kind = kind
      self.function = function
      self.argument = argument
      self.added = added
      self.hint = hint
      self.x = x
      return
    }
  }

  /// Draws a problem of any kind: half of them easy, hints of easy ones right as often as wrong, of hard ones 9 times of 10.
  init(isHeldOut: Bool, _ random: inout SplitMix64) {
    let kinds: [Kind] = [.easy, .easyHinted, .easyMisled, .hard, .hardHinted, .hardMisled]
    let kind = kinds[random.pick(weights: [0.2, 0.15, 0.15, 0.14, 0.324, 0.036])]
    self.init(kind, isHeldOut: isHeldOut, &random)
  }

  /// Whether training leaves out every problem that reads like this.
  static func isHeldOut(_ function: String, _ argument: Int, _ added: Int, _ hint: Int?) -> Bool {
    let number = (easy + hard).firstIndex(of: function) ?? 0
    return Hints.heldOut.contains(number, argument, added, hint ?? -1)
  }

  /// The value of an easy function.
  static func value(_ function: String, _ argument: Int) -> Int {
    switch function {
    case "double": argument * 2 % 10
    case "square": argument * argument % 10
    default: 9 - argument
    }
  }

  /// What is asked, up to the first step.
  var question: String {
    "let x be \(function) \(argument) then add \(added)" + (hint.map { " hint \($0)" } ?? "") + " so"
  }

  /// The problem and its steps, to learn from; what cannot be known hardly counts.
  var line: Line {
    var line = Line(question)
    line.add("\(x)", kind == .hard ? Line.free : 1)
    line.settle("gives \(result)")
    line.say(".")
    return line
  }
}
