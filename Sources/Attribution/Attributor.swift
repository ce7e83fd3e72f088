public import ReplacementModels
import Transformers

/// Builds the attribution graph of a prompt.
///
/// 1. Rows of the outputs: the direct effect of every source on them.
/// 2. Rounds: the influence that reaches each feature through the rows known so far ranks the features; the strongest
///    that have no row yet get theirs, until the limit or the coverage is reached (methods paper, §"Constructing an
///    Attribution Graph": unexplored nodes count as errors).
/// 3. The rows become a graph over expanded features, errors, tokens and outputs.
public struct Attributor: Sendable {
  /// How far to expand.
  public var options: AttributionOptions

  /// Makes an attributor.
  public init(options: AttributionOptions = AttributionOptions()) { self.options = options }

  /// Returns the graph of `model` for `targets`.
  ///
  /// - Parameter progress: Called after each walk; what it throws ends the work.
  public func attribute(
    _ model: LocalReplacementModel, targets: [AttributionTarget],
    progress: (AttributionProgress) throws -> Void = { _ in }
  ) throws -> AttributionResult {
    var expansion = GraphExpansion(model, targets: targets, options: options)
    try expansion.expand(to: options.maxFeatureNodes, progress: progress)
    return expansion.result()
  }
}
