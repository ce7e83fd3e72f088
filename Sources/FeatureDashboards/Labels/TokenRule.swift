/// A rule that says from the tokens alone where a feature is active: what a machine can check of a label.
///
/// Every part that is given must hold; a rule without parts holds everywhere.
public struct TokenRule: Sendable, Equatable, Codable {
  /// How many tokens before count as `earlier`.
  public static let reach = 16

  /// The token is one of these, in ascending order; empty for any.
  public var tokens: [Int]
  /// The token is of this class; nil for any.
  public var kind: TokenClass?
  /// The token just before is one of these, in ascending order; empty for any.
  public var previous: [Int]
  /// One of these is among the ``reach`` tokens before, in ascending order; empty for any.
  public var earlier: [Int]

  /// Puts a rule together.
  public init(tokens: [Int] = [], kind: TokenClass? = nil, previous: [Int] = [], earlier: [Int] = []) {
    self.tokens = tokens.sorted()
    self.kind = kind
    self.previous = previous.sorted()
    self.earlier = earlier.sorted()
  }

  /// Whether the rule holds at a place of a text.
  ///
  /// - Parameter classes: The classes of each token id.
  public func holds(in text: ArraySlice<Int>, at place: Int, classes: [TokenClasses]) -> Bool {
    let token = text[place]
    guard tokens.isEmpty || tokens.holds(token), kind.map(classes[token].contains) ?? true else {
      return false
    }
    guard previous.isEmpty || (place > text.startIndex && previous.holds(text[place - 1])) else {
      return false
    }
    guard !earlier.isEmpty else { return true }
    return text[max(text.startIndex, place - TokenRule.reach)..<place].contains { earlier.holds($0) }
  }
}

extension [Int] {
  /// Whether a number is among these ascending ones.
  fileprivate func holds(_ number: Int) -> Bool {
    guard count > 8 else { return contains(number) }
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < number { low = middle + 1 } else { high = middle }
    }
    return low < count && self[low] == number
  }
}
