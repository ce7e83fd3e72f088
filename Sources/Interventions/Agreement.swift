/// How well predicted changes agree with observed ones.
public struct Agreement: Hashable, Sendable, Codable {
  /// How many changes were compared.
  public var count: Int
  /// The cosine of the angle between both lists; nil when one is zero throughout.
  public var cosine: Double?
  /// Spearman's rank correlation; nil when one list is constant.
  public var spearman: Double?
  /// The share of changes whose signs agree, among those where both differ from zero; nil when there are none.
  public var signAgreement: Double?

  /// Compares two lists of the same length.
  public init(predicted: [Float], observed: [Float]) {
    precondition(
      predicted.count == observed.count, "\(predicted.count) predicted, \(observed.count) observed")
    count = predicted.count
    cosine = Agreement.cosine(predicted.map { Double($0) }, observed.map { Double($0) })
    spearman = Agreement.correlation(Agreement.ranks(predicted), Agreement.ranks(observed))
    let signed = zip(predicted, observed).filter { $0 != 0 && $1 != 0 }
    signAgreement =
      signed.isEmpty
      ? nil : Double(signed.count { ($0 > 0) == ($1 > 0) }) / Double(signed.count)
  }

  private static func cosine(_ a: [Double], _ b: [Double]) -> Double? {
    let norms = (a.reduce(0) { $0 + $1 * $1 } * b.reduce(0) { $0 + $1 * $1 }).squareRoot()
    return norms > 0 ? zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } / norms : nil
  }

  private static func correlation(_ a: [Double], _ b: [Double]) -> Double? {
    let mean = { (values: [Double]) in values.reduce(0, +) / Double(max(1, values.count)) }
    let (meanA, meanB) = (mean(a), mean(b))
    return cosine(a.map { $0 - meanA }, b.map { $0 - meanB })
  }

  /// The rank of each value from 0; equal values share the mean of their ranks.
  private static func ranks(_ values: [Float]) -> [Double] {
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    var ranks = [Double](repeating: 0, count: values.count)
    var first = 0
    while first < order.count {
      let end = order[first...].firstIndex { values[$0] != values[order[first]] } ?? order.count
      for place in order[first..<end] { ranks[place] = Double(first + end - 1) / 2 }
      first = end
    }
    return ranks
  }
}
