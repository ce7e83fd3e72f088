public import LinearAlgebra

/// Where numbers are farther from what they should be than they may.
public struct Difference: Sendable, CustomStringConvertible {
  /// One sentence with the worst entry.
  public let description: String

  private init(_ description: String) { self.description = description }

  /// Compares numbers entry by entry: |actual − expected| ≤ absolute + relative · |expected|.
  ///
  /// - Parameters:
  ///   - columns: The length of a row, for the message.
  /// - Returns: nil when all are near enough; else the worst entry, measured by what is allowed there.
  public init?(
    _ actual: some Collection<Float>, _ expected: some Collection<Float>, columns: Int? = nil,
    absolute: Double, relative: Double = 0
  ) {
    guard actual.count == expected.count else {
      description = "\(actual.count) numbers instead of \(expected.count)"
      return
    }
    var worst: (place: Int, ratio: Double, found: Float, wanted: Float)?
    var wrong = 0
    for (place, (found, wanted)) in zip(actual, expected).enumerated() {
      let ratio = Difference.ratio(found, wanted, absolute, relative)
      guard ratio > 1 else { continue }
      wrong += 1
      if ratio > worst?.ratio ?? 1 { worst = (place, ratio, found, wanted) }
    }
    guard let worst else { return nil }
    let place = columns.map { "[\(worst.place / $0), \(worst.place % $0)]" } ?? "[\(worst.place)]"
    description =
      "\(wrong) of \(actual.count) numbers differ, most at \(place): \(worst.found) instead of \(worst.wanted), "
      + "\(worst.ratio) times what is allowed"
  }

  /// Compares matrices entry by entry.
  public init?(_ actual: Matrix, _ expected: Matrix, absolute: Double, relative: Double = 0) {
    guard actual.rows == expected.rows, actual.columns == expected.columns else {
      self.init("\(actual.shape) instead of \(expected.shape)")
      return
    }
    self.init(
      actual.storage, expected.storage, columns: expected.columns, absolute: absolute, relative: relative)
  }

  /// Returns the largest |actual − expected| / (absolute + relative · |expected|): 1 is the most that is allowed.
  public static func worstRatio(
    _ actual: some Collection<Float>, _ expected: some Collection<Float>, absolute: Double,
    relative: Double = 0
  ) -> Double {
    guard actual.count == expected.count else { return .infinity }
    return zip(actual, expected).reduce(0) { max($0, ratio($1.0, $1.1, absolute, relative)) }
  }

  private static func ratio(
    _ found: Float, _ wanted: Float, _ absolute: Double, _ relative: Double
  ) -> Double {
    if found.bitPattern == wanted.bitPattern { return 0 }
    let error = abs(Double(found) - Double(wanted))
    let ratio = error / (absolute + relative * abs(Double(wanted)))
    return ratio.isFinite ? ratio : .infinity
  }
}
