import Foundation

/// How numbers are laid along an axis, and the round ones that are written beside it.
struct Scale: Sendable {
  let low: Double
  let high: Double
  let ticks: [Double]

  /// Makes room for all finite `values`.
  ///
  /// - Parameter isTight: Whether the axis ends at the outermost values instead of at the next round numbers.
  init(_ values: [Double], isTight: Bool = false) {
    let finite = values.filter(\.isFinite)
    let least = finite.min() ?? 0
    let most = finite.max() ?? 1
    let span = most > least ? most - least : max(abs(most), 1)
    let step = Scale.roundStep(span / 5)
    // One step for every tick; numbers beyond what doubles tell apart get the ends alone.
    let bottom = (least / step).rounded(.down) * step
    let top = max((most / step).rounded(.up) * step, bottom + step)
    let count = ((top - bottom) / step).rounded()
    let round = count < 20 ? (0...Int(count)).map { bottom + Double($0) * step } : [bottom, top]
    low = isTight && most > least ? least : bottom
    high = isTight && most > least ? most : top
    let shown = (low - step * 1e-9)...(high + step * 1e-9)
    ticks = round.filter(shown.contains)
  }

  /// Where a value lies between the ends, 0…1.
  func share(_ value: Double) -> Double { (value - low) / (high - low) }

  /// 1, 2 or 5 times a power of ten, at least `step`.
  private static func roundStep(_ step: Double) -> Double {
    let power = pow(10, log10(step).rounded(.down))
    return [1, 2, 5, 10].map { $0 * power }.first { $0 >= step * 0.999 } ?? 10 * power
  }

  /// A tick's number without needless digits.
  static func text(_ value: Double) -> String {
    let rounded = abs(value) < 1e-12 ? 0 : value
    return String(format: "%.6g", rounded).replacing("-", with: "−")
  }
}
