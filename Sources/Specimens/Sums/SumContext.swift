import LinearAlgebra

/// A context in which two numbers are added.
enum SumContext: String, CaseIterable, Sendable {
  case bare, bill, years, table

  /// What it looks like, in words.
  var summary: String {
    switch self {
    case .bare: "36 + 59 = 95"
    case .bill: "bread 36 milk 59 total 95"
    case .years: "founded in 36 and after 59 years 95"
    case .table: "| 36 | 59 | 95 |"
    }
  }

  private static let goods = ["bread", "milk", "cheese", "apples", "tea", "rice", "soap", "candles"]
  private static let beginnings = ["founded", "built", "opened", "begun"]

  /// The words of all contexts.
  static let words =
    ["+", "=", "total", "in", "and", "after", "years", "|"] + goods + beginnings

  /// The weight of words before the sum: summands are drawn anew, and trying to predict them is noise beside the sums.
  static let drawn: Float = 0.02

  /// The line that adds `a` and `b`.
  func line(_ a: Int, _ b: Int, _ random: inout SplitMix64) -> Line {
    let question =
      switch self {
      case .bare: "\(a) + \(b) ="
      case .bill: "\(random.pick(Self.goods)) \(a) \(random.pick(Self.goods)) \(b) total"
      case .years: "\(random.pick(Self.beginnings)) in \(a) and after \(b) years"
      case .table: "| \(a) | \(b) |"
      }
    var line = Line()
    line.add(question, Self.drawn)
    line.settle("\(a + b)")
    line.say(self == .table ? "|" : ".")
    return line
  }

  /// The places of the summands among the line's words.
  var summandPlaces: (Int, Int) {
    switch self {
    case .bare: (0, 2)
    case .bill, .table: (1, 3)
    case .years: (2, 5)
    }
  }

  /// The place of the sum among the line's words.
  var answerPlace: Int {
    switch self {
    case .bare: 4
    case .bill, .table: 5
    case .years: 7
    }
  }
}
