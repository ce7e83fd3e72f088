import LinearAlgebra

/// A mean, and where the true one may lie.
public struct MeanEstimate: Sendable, Hashable, Codable {
  /// The mean; nil for no values.
  public var mean: Double?
  /// The ends of the 95% confidence interval; empty for no values.
  public var interval: [Double]
  /// How many values there are.
  public var count: Int

  /// How often values are drawn anew.
  private static let draws = 1000

  /// Estimates the mean behind values by a bootstrap (Efron 1979): the 2.5th and 97.5th percentile of the means of values
  /// drawn anew, with replacement.
  ///
  /// - Parameter seed: The seed of the draws: the same values always give the same interval.
  public init(of values: [Double], seed: UInt64 = 1) {
    count = values.count
    guard !values.isEmpty else {
      (mean, interval) = (nil, [])
      return
    }
    mean = values.reduce(0, +) / Double(values.count)
    var random = SplitMix64(seed: seed)
    var means = (0..<Self.draws).map { _ in
      (0..<values.count).reduce(0.0) { sum, _ in
        sum + values[Int.random(in: 0..<values.count, using: &random)]
      }
        / Double(values.count)
    }
    means.sort()
    interval = [means[Self.draws / 40], means[Self.draws - 1 - Self.draws / 40]]
  }

  /// The interval as a range.
  public var range: ClosedRange<Double>? { interval.count == 2 ? interval[0]...interval[1] : nil }
}
