import LinearAlgebra

/// Confidence intervals by resampling prompts (Efron 1979), with a fixed seed.
enum Bootstrap {
  private static let draws = 2000

  /// The 95% interval of a statistic of `count` prompts: its 2.5th and 97.5th percentile over samples with replacement.
  ///
  /// - Parameter statistic: Of the prompts at these places; nil for samples that have none.
  static func interval(count: Int, _ statistic: ([Int]) -> Double?) -> [Double]? {
    guard count > 1 else { return nil }
    var random = SplitMix64(seed: 0xb007)
    var values: [Double] = []
    for _ in 0..<draws {
      let sample = (0..<count).map { _ in Int.random(in: 0..<count, using: &random) }
      if let value = statistic(sample) { values.append(value) }
    }
    guard values.count > draws / 2 else { return nil }
    values.sort()
    return [values[values.count * 25 / 1000], values[(values.count * 975 / 1000)]]
  }
}
