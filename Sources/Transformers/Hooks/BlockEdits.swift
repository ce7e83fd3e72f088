public import LinearAlgebra

/// What is put in the place of a block's own values while a prompt is read: how interventions reach into the model.
public protocol BlockEdits {
  /// The attention pattern that replaces a layer's own, or nil to leave that.
  func pattern(_ layer: Int) -> AttentionPattern?

  /// Returns what stands at an output place of a layer's MLP, `[positions, dModel]`.
  ///
  /// - Parameters:
  ///   - place: `mlp.hook_out` or `hook_mlp_out`; each layer is asked for both, in this order.
  ///   - activations: What was recorded so far.
  ///   - model: Computes what the model itself gives there; it need not be called.
  mutating func output(
    at place: HookPoint.Kind, _ layer: Int, _ activations: inout ActivationCache,
    _ model: (inout ActivationCache) -> Matrix
  ) -> Matrix
}

/// The model as it is.
struct Unedited: BlockEdits {
  func pattern(_ layer: Int) -> AttentionPattern? { nil }

  func output(
    at place: HookPoint.Kind, _ layer: Int, _ activations: inout ActivationCache,
    _ model: (inout ActivationCache) -> Matrix
  ) -> Matrix { model(&activations) }
}
