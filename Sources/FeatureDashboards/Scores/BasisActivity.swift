import LinearAlgebra
public import Transformers

/// Reads texts as dashboards read their corpus: the same features, active where dashboards count them so.
public struct BasisActivity: ActivityReader {
  private let transformer: Transformer
  private let basis: DashboardBasis
  private let first: Int?
  private let single = Workers(count: 1)

  /// Prepares reading; each call works on one thread, so that several texts can be read at once.
  ///
  /// - Parameter first: The token that begins contexts, at which features are not counted; nil for none.
  public init(_ transformer: Transformer, _ basis: DashboardBasis, first: Int?) {
    self.transformer = Transformer(
      configuration: transformer.configuration, weights: transformer.weights, workers: Workers(count: 1))
    self.basis = basis
    self.first = first
  }

  /// Whether a place is neither the first nor holds the token that begins contexts.
  public func counts(_ place: Int, of tokens: [Int]) -> Bool { place > 0 && tokens[place] != first }

  /// Returns the active features of each place.
  public func activity(_ tokens: [Int]) -> [[(name: FeatureName, value: Float)]] {
    guard !tokens.isEmpty else { return [] }
    let layers = 0..<transformer.configuration.layerCount
    let hooks = Set(layers.map { HookPoint(basis.hook, layer: $0) })
    let run = transformer.run(tokens, recording: hooks, logits: .none)
    var result = [[(name: FeatureName, value: Float)]](repeating: [], count: tokens.count)
    for layer in layers {
      guard let recorded = run.activations[basis.hook, layer] else { continue }
      let active = basis.activations(layer: layer, recorded, single)
      for place in tokens.indices where counts(place, of: tokens) {
        for entry in active.range(place) {
          let name = FeatureName(layer: layer, index: Int(active.features[entry]))
          result[place].append((name, active.values[entry]))
        }
      }
    }
    return result
  }

  /// Returns the greatest activation of each feature in a text.
  public func greatest(_ tokens: [Int]) -> [FeatureName: Float] {
    activity(tokens).joined().reduce(into: [:]) { $0[$1.name] = max($0[$1.name] ?? 0, $1.value) }
  }
}
