import Foundation

/// A share in percent, with as many digits as it is worth.
func percentage(_ share: Double) -> String {
  let value = 100 * share
  return value >= 10 || value == 0
    ? "\(value.rounded(to: 0))%" : value >= 0.1 ? "\(value.rounded(to: 1))%" : "\(value.rounded(to: 3))%"
}

/// An activation or a weight in three digits.
func number(_ value: Float) -> String {
  let size = abs(value)
  return Double(value).rounded(to: size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 || size == 0 ? 2 : 4)
}

/// A change with its sign.
func signed(_ value: Float) -> String { (value < 0 ? "−" : "+") + number(abs(value)) }

extension String {
  /// The text with blanks before it up to `width` characters.
  func leading(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}

extension Double {
  /// The natural logarithm.
  var logarithm: Double { log(self) }
}
