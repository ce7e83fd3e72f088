/// How often yes-or-no answers were right.
public struct DecisionCounts: Sendable, Equatable, Codable {
  /// Yes, and it is so.
  public var hits: Int
  /// Yes, but it is not so.
  public var falseAlarms: Int
  /// No, and it is not so.
  public var rejections: Int
  /// No, but it is so.
  public var misses: Int

  /// Names counts.
  public init(hits: Int = 0, falseAlarms: Int = 0, rejections: Int = 0, misses: Int = 0) {
    self.hits = hits
    self.falseAlarms = falseAlarms
    self.rejections = rejections
    self.misses = misses
  }

  /// Counts answers.
  init(answers: [Bool], truth: [Bool]) {
    self.init()
    for (answer, truth) in zip(answers, truth) {
      switch (answer, truth) {
      case (true, true): hits += 1
      case (true, false): falseAlarms += 1
      case (false, false): rejections += 1
      case (false, true): misses += 1
      }
    }
  }

  /// Adds up.
  public static func += (left: inout DecisionCounts, right: DecisionCounts) {
    left.hits += right.hits
    left.falseAlarms += right.falseAlarms
    left.rejections += right.rejections
    left.misses += right.misses
  }

  /// The share of yeses that are right; nil without a yes.
  public var precision: Double? { DecisionCounts.ratio(hits, hits + falseAlarms) }
  /// The share of what is so that got a yes; nil when nothing is so.
  public var recall: Double? { DecisionCounts.ratio(hits, hits + misses) }
  /// The share of answers that are right; nil without answers.
  public var accuracy: Double? {
    DecisionCounts.ratio(hits + rejections, hits + rejections + falseAlarms + misses)
  }

  /// The harmonic mean of precision and recall; 0 when nothing was hit, nil when nothing is so and nothing got a yes.
  public var f1: Double? { DecisionCounts.ratio(2 * hits, 2 * hits + falseAlarms + misses) }

  private static func ratio(_ part: Int, _ whole: Int) -> Double? {
    whole > 0 ? Double(part) / Double(whole) : nil
  }
}
