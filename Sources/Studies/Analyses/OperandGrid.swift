/// Pairs of operands that a template is asked with.
public struct OperandGrid: Sendable, Hashable, Codable {
  /// The first operands, ascending.
  public var a: [Int]
  /// The second operands, ascending.
  public var b: [Int]

  /// Pairs each of `a` with each of `b`; the papers take 0…99 for both.
  public init(a: [Int] = Array(0...99), b: [Int] = Array(0...99)) {
    precondition(!a.isEmpty && !b.isEmpty, "no operands")
    self.a = a
    self.b = b
  }

  /// How many pairs there are.
  public var count: Int { a.count * b.count }

  /// The pair of a cell: all of `b` for the first of `a`, and so on.
  public func pair(_ cell: Int) -> (a: Int, b: Int) { (a[cell / b.count], b[cell % b.count]) }
}
