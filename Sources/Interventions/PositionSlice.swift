/// Some positions of a prompt; an open-ended slice also covers the tokens that are generated behind it.
public enum PositionSlice: Hashable, Sendable {
  /// One position; a negative one counts from the end, −1 being the last.
  case at(Int)
  /// The positions from a bound to below another; negative bounds count from the end.
  case range(from: Int, below: Int)
  /// All positions from a bound on, generated ones included; a negative bound counts from the end.
  case from(Int)

  /// Whether generated tokens are covered too.
  public var isOpenEnded: Bool {
    if case .from = self { true } else { false }
  }

  /// Returns the positions within a prompt of `count` tokens.
  func positions(in count: Int) throws(InterventionError) -> Range<Int> {
    let first: Int
    let end: Int
    switch self {
    case .at(let position): (first, end) = (position, position == -1 ? count : position + 1)
    case .range(let lower, let upper): (first, end) = (lower, upper)
    case .from(let lower): (first, end) = (lower, count)
    }
    let lower = first < 0 ? first + count : first
    let upper = end < 0 ? end + count : end
    guard lower >= 0, lower < upper, upper <= count else {
      throw .noSuchPositions(self, positionCount: count)
    }
    return lower..<upper
  }
}

extension PositionSlice: CustomStringConvertible {
  /// Reads `3`, `-1`, `1..<7`, `1...6` or `4..`; nil for anything else.
  public init?(_ text: some StringProtocol) {
    if let position = PositionSlice.bound(text) {
      self = .at(position)
    } else if let bounds = PositionSlice.bounds(text, "..<") {
      self = .range(from: bounds.lower, below: bounds.upper)
    } else if let bounds = PositionSlice.bounds(text, "..."), bounds.upper != -1 {
      self = .range(from: bounds.lower, below: bounds.upper + 1)
    } else if text.hasSuffix(".."), let lower = PositionSlice.bound(text.dropLast(2)) {
      self = .from(lower)
    } else {
      return nil
    }
  }

  /// The notation that `init(_:)` reads.
  public var description: String {
    switch self {
    case .at(let position): "\(position)"
    case .range(let lower, let upper): "\(lower)..<\(upper)"
    case .from(let lower): "\(lower).."
    }
  }

  private static func bounds(_ text: some StringProtocol, _ separator: String) -> (lower: Int, upper: Int)? {
    let parts = text.split(separator: separator, omittingEmptySubsequences: false)
    guard parts.count == 2, let lower = bound(parts[0]), let upper = bound(parts[1]) else { return nil }
    return (lower, upper)
  }

  /// Reads a number of a size that positions can have, so that sums of it never overflow.
  private static func bound(_ text: some StringProtocol) -> Int? {
    guard let number = Int(text), number.magnitude < 1 << 40 else { return nil }
    return number
  }
}
