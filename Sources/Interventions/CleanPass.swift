import LinearAlgebra
import ReplacementModels
import Transcoders
import Transformers

/// The unmodified run of a prompt, with all that interventions start from and compare with.
struct CleanPass: Sendable {
  let tokens: [Int]
  /// Places recorded at every layer.
  let activations: ActivationCache
  /// Keys and values of all positions.
  let cache: KeyValueCache
  /// The pass with its nonlinearities frozen.
  let frozen: FrozenPass
  /// The logits at the last position.
  let logits: [Float]

  init(_ transformer: Transformer, _ basis: any SteerableBasis, tokens: [Int]) {
    self.tokens = tokens
    let layers = 0..<transformer.configuration.layerCount
    let kinds: [HookPoint.Kind] = [.residPre, basis.input.hook, basis.output.hook]
    let recording = FrozenPass.recording(layerCount: layers.count)
      .union(layers.flatMap { layer in kinds.map { HookPoint($0, layer: layer) } })
      .union([HookPoint(.finalNormalized)])
    var cache = KeyValueCache(layerCount: layers.count)
    let run = transformer.run(tokens, continuing: &cache, recording: recording, logits: .last)
    self.cache = cache
    activations = run.activations
    frozen = FrozenPass(transformer, run.activations)
    logits = run.logits.storage
  }

  /// Returns what a place of a layer holds at some positions.
  func rows(_ kind: HookPoint.Kind, _ layer: Int, _ positions: Range<Int>) -> Matrix {
    guard let matrix = activations[kind, layer] else {
      preconditionFailure("\(kind.rawValue) was not recorded")
    }
    return positions.count == matrix.rows ? matrix : matrix[rows: positions]
  }
}
