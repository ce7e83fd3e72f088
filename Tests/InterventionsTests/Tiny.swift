import Interventions
import LinearAlgebra
import ReplacementModels
import Transcoders
import Transformers
import _TestSupport

/// A small model with features, and a prompt.
struct Tiny {
  let transformer: Transformer
  let set: TranscoderSet
  let tokens: [Int]

  init(
    _ form: TinyTransformer, _ transcoders: TinyTranscoders, seed: UInt64 = 31,
    tokens: [Int] = [4, 9, 2, 9, 17, 30]
  ) {
    transformer = form.transformer(seed: seed)
    set = transcoders.set(for: transformer, tokens: tokens)
    self.tokens = tokens
  }

  func engine() throws -> InterventionEngine { try InterventionEngine(transformer, set, tokens: tokens) }

  func local() throws -> LocalReplacementModel {
    try LocalReplacementModel(transformer, set, tokens: tokens)
  }
}

/// Every way in which changes can spread in a model of three layers.
let patchings: [Patching] = [
  .iterative(freezesAttention: true), .iterative(freezesAttention: false), .constrained(0...1),
  .constrained(1...2), .constrained(0...2),
]

extension FeatureSite {
  /// The feature, at its position.
  func intervention(_ change: InterventionChange) -> Intervention {
    Intervention(.feature(layer: layer, index: index), at: .at(position), change)
  }
}
