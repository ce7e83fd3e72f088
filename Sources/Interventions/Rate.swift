/// How often something succeeded, with what is known about how often it would.
public struct Rate: Hashable, Sendable, Codable {
  /// How often it succeeded.
  public var successes: Int
  /// How often it was tried.
  public var trials: Int

  /// Counts.
  public init(successes: Int, trials: Int) {
    precondition(successes >= 0 && successes <= trials, "\(successes) of \(trials)")
    self.successes = successes
    self.trials = trials
  }

  /// The share of successes, 0 without trials.
  public var share: Double { trials == 0 ? 0 : Double(successes) / Double(trials) }

  /// The 95% confidence interval of the share by Wilson's score method (Wilson 1927).
  public var interval: ClosedRange<Double> {
    guard trials > 0 else { return 0...1 }
    let (n, z) = (Double(trials), 1.959964)
    let centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    let half = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
    return max(0, centre - half)...min(1, centre + half)
  }
}
