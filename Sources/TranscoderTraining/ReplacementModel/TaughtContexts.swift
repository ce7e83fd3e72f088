import LinearAlgebra
import Transcoders
import Transformers

/// Contexts as the model computes them: what its predictions come from, and what its MLPs read and give.
struct TaughtContexts {
  /// Token ids.
  let contexts: [[Int]]
  /// The positions of each context that count: not the first, nor others that hold the first token.
  let counted: [[Int]]
  /// The stream behind the last block at positions that count, of all contexts, `[positions, width]`.
  let streams: Matrix
  /// What the MLPs give at position 0 of each context, `[layers, width]`.
  let first: [Matrix]
  /// What each layer's features read at positions that count, of all contexts, brought to size; empty when not wanted.
  private(set) var inputs: [Matrix] = []
  /// What they reconstruct.
  private(set) var outputs: [Matrix] = []

  private struct Reading: Sendable {
    var stream: Matrix
    var first: Matrix
    var inputs: [Matrix]
    var outputs: [Matrix]
  }

  /// Runs the model over contexts, one a worker.
  ///
  /// - Parameters:
  ///   - transformer: Works alone.
  ///   - first: The token that begins contexts.
  ///   - scales: The sizes of each layer's activations; nil when what MLPs read and give is not wanted.
  init(
    _ contexts: [[Int]], _ transformer: Transformer, first: Int?,
    at hooks: (input: HookPoint.Kind, output: HookPoint.Kind), _ scales: [LayerScale]?, _ workers: Workers
  ) {
    let counted = contexts.map { context in context.indices.filter { $0 > 0 && context[$0] != first } }
    let layers = 0..<transformer.configuration.layerCount
    let places = layers.flatMap { layer in
      (scales == nil ? [hooks.output] : [hooks.input, hooks.output]).map { HookPoint($0, layer: layer) }
    }
    let recording = Set(places + [HookPoint(.residPost, layer: layers.upperBound - 1)])
    let empty = Matrix(rows: 0, columns: transformer.configuration.dModel)
    let readings = workers.map(Array(zip(contexts, counted))) { context, counted in
      let run = transformer.run(context, recording: recording, logits: .none).activations
      let rows = { (kind: HookPoint.Kind, layer: Int) in
        run[kind, layer]?.picking(rows: counted) ?? empty
      }
      return Reading(
        stream: rows(.residPost, layers.upperBound - 1),
        first: transformer.firstOutputs(run, hooks.output),
        inputs: scales.map { scales in layers.map { scales[$0].input(rows(hooks.input, $0)) } } ?? [],
        outputs: scales.map { scales in layers.map { scales[$0].output(rows(hooks.output, $0)) } } ?? [])
    }
    self.contexts = contexts
    self.counted = counted
    streams = Matrix(stacking: readings.map(\.stream))
    self.first = readings.map(\.first)
    guard scales != nil else { return }
    inputs = layers.map { layer in Matrix(stacking: readings.map { $0.inputs[layer] }) }
    outputs = layers.map { layer in Matrix(stacking: readings.map { $0.outputs[layer] }) }
  }

  /// The number of positions that count.
  var countedCount: Int { streams.rows }
}
