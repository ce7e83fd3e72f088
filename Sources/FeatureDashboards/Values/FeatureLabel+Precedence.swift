extension FeatureLabel.Origin {
  /// Who wins: a person over a model over the offline rules.
  public var precedence: Int {
    switch self {
    case .heuristic: 0
    case .model: 1
    case .person: 2
    }
  }
}

extension FeatureLabel {
  /// Whether this label is shown rather than `other`: the higher origin wins; among models, the later one.
  func wins(over other: FeatureLabel) -> Bool {
    (origin.precedence, time) > (other.origin.precedence, other.time)
  }
}
