import Foundation

extension Double {
  /// The number with two digits behind the point.
  var short: String { String(format: "%.2f", self) }
}
