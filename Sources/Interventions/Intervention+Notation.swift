extension Intervention: Notated {
  /// How it is written.
  public static let example = "12/845@-1=x-2, 7/31@3..=0 or error/5@2=x0"

  /// Reads `12/845@-1=x-2`: what is changed, where, how; nil for anything else.
  ///
  /// - *What*: `layer/feature`, `error/layer`, or `token`.
  /// - *Where*: `3`, `-1`, `1..<7`, `1...6`, or `4..` for generated tokens as well.
  /// - *How*: `=2.5` sets a value, `=x-2` scales, `+=3` adds.
  public init?(_ text: String) {
    guard let at = text.firstIndex(of: "@"), let equals = text[at...].firstIndex(of: "="),
      let target = InterventionTarget(text[..<at])
    else { return nil }
    let place = text[text.index(after: at)..<equals]
    let isAdded = place.hasSuffix("+")
    guard let positions = PositionSlice(isAdded ? place.dropLast() : place),
      let change = InterventionChange(text[(isAdded ? text.index(before: equals) : equals)...])
    else { return nil }
    self.init(target, at: positions, change)
  }

  /// The notation that `init(_:)` reads.
  public var description: String { "\(target)@\(positions)\(change)" }
}

extension InterventionTarget {
  /// Reads `12/845`, `error/12` or `token`; nil for anything else.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    switch (parts.count, parts.first) {
    case (1, "token"): self = .token
    case (2, "error"):
      guard let layer = Int(parts[1]) else { return nil }
      self = .error(layer: layer)
    case (2, _):
      guard let layer = Int(parts[0]), let index = Int(parts[1]) else { return nil }
      self = .feature(layer: layer, index: index)
    default: return nil
    }
  }
}

extension InterventionChange: CustomStringConvertible {
  /// Reads `=2.5`, `=x-2` or `+=3`; nil for anything else.
  public init?(_ text: some StringProtocol) {
    if text.hasPrefix("+="), let amount = Float(text.dropFirst(2)) {
      self = .add(amount)
    } else if text.hasPrefix("=x"), let factor = Float(text.dropFirst(2)) {
      self = .scale(factor)
    } else if text.hasPrefix("="), let value = Float(text.dropFirst()) {
      self = .set(value)
    } else {
      return nil
    }
  }

  /// The notation that `init(_:)` reads.
  public var description: String {
    switch self {
    case .set(let value): "=\(value)"
    case .scale(let factor): "=x\(factor)"
    case .add(let amount): "+=\(amount)"
    }
  }
}
