/// What can be wrong with dashboards, told in one sentence: what, where, and what to do.
public enum DashboardError: Error, Equatable, Sendable, CustomStringConvertible {
  /// There is no store at the path.
  case missing(path: String)
  /// The store belongs to other features.
  case otherFeatures(path: String, basis: String)
  /// The file is not usable.
  case damaged(path: String, problem: String)
  /// The file cannot be read or written.
  case inaccessible(path: String, reason: String)
  /// The store has no such feature.
  case noSuchFeature(FeatureName, featureCounts: [Int])
  /// The model gave something that is no number.
  case notFinite(layer: Int, passage: Int)
  /// The text holds too little.
  case tooLittleText(tokens: Int, wanted: Int)
  /// Something is already there.
  case exists(path: String, advice: String)

  /// The error in one sentence.
  public var description: String {
    switch self {
    case .missing(let path):
      "There are no dashboards at \(path): make them with 'microscope dashboards build'."
    case .otherFeatures(let path, let basis):
      "The dashboards \(path) were made for other features (\(basis)): build those of this set with 'microscope dashboards build'."
    case .damaged(let path, let problem):
      "The dashboards \(path) are damaged: \(problem); remove the file and build or unpack it again."
    case .inaccessible(let path, let reason):
      "Cannot use the dashboards \(path): \(reason)."
    case .noSuchFeature(let name, let counts):
      counts.indices.contains(name.layer)
        ? "There is no feature \(name): layer \(name.layer) has features 0 to \(counts[name.layer] - 1)."
        : "There is no feature \(name): the layers go from 0 to \(counts.count - 1)."
    case .notFinite(let layer, let passage):
      "Layer \(layer) gives something that is no number in passage \(passage): check the model and its transcoders."
    case .tooLittleText(let tokens, let wanted):
      "The text has only \(tokens) tokens, but \(wanted) are needed for one passage: give more text, or lower --context."
    case .exists(let path, let advice):
      "There is already something at \(path): \(advice)."
    }
  }
}
