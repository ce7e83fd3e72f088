import LinearAlgebra
import Transcoders
import Transformers

/// A model whose MLPs all give something else, except at position 0, where no features are and the MLPs stay.
struct ReplacedMLPs: BlockEdits {
  /// What the MLPs give instead.
  enum Substitute {
    /// What the features of a set write for what they read: the replacement model, errors dropped.
    case features(WrittenFeatures)
    /// A constant of each layer, `[layers, width]`: an ablation.
    case constant(Matrix)
  }

  private var substitute: Substitute
  private let hooks: (input: HookPoint.Kind, output: HookPoint.Kind)
  /// What the model's own MLPs give at position 0, `[layers, width]`; nothing before it can change that.
  private let first: Matrix

  /// Replaces the MLPs.
  ///
  /// - Parameter first: What the model's own MLPs give at position 0, `[layers, width]`.
  init(
    _ substitute: Substitute, at hooks: (input: HookPoint.Kind, output: HookPoint.Kind), first: Matrix
  ) {
    self.substitute = substitute
    self.hooks = hooks
    self.first = first
  }

  func pattern(_ layer: Int) -> AttentionPattern? { nil }

  mutating func output(
    at place: HookPoint.Kind, _ layer: Int, _ activations: inout ActivationCache,
    _ model: (inout ActivationCache) -> Matrix
  ) -> Matrix {
    guard let input = activations[hooks.input, layer] else { return model(&activations) }
    guard place == hooks.output else {
      // What comes before the place is replaced with it and need not be computed.
      return place == .mlpRawOut
        ? Matrix(rows: input.rows, columns: first.columns) : model(&activations)
    }
    var out: Matrix
    switch substitute {
    case .features(var written):
      out = written.output(layer, input)
      substitute = .features(written)
    case .constant(let rows):
      out = Matrix(rows: input.rows, columns: rows.columns)
      out.add(toEveryRow: Array(rows[row: layer]))
    }
    out[row: 0] = first[row: layer]
    return out
  }
}

extension Transformer {
  /// Runs the model with its MLPs replaced.
  ///
  /// - Parameters:
  ///   - first: What `firstOutputs` gives for the context.
  ///   - recording: Places to record; `hooks.input` is recorded anyway.
  func run(
    _ context: [Int], replacing substitute: ReplacedMLPs.Substitute,
    at hooks: (input: HookPoint.Kind, output: HookPoint.Kind), first: Matrix,
    recording: Set<HookPoint> = [], logits: LogitPositions
  ) -> ForwardPass {
    let inputs = (0..<configuration.layerCount).map { HookPoint(hooks.input, layer: $0) }
    var edits = ReplacedMLPs(substitute, at: hooks, first: first)
    var cache = KeyValueCache(layerCount: configuration.layerCount)
    return run(
      context, stream: stream(of: context, firstPosition: 0), from: 0, continuing: &cache,
      recording: recording.union(inputs), logits: logits, editing: &edits)
  }

  /// Returns what a place of the model holds at position 0, `[layers, width]`.
  func firstOutputs(_ activations: ActivationCache, _ place: HookPoint.Kind) -> Matrix {
    var first = Matrix(rows: configuration.layerCount, columns: configuration.dModel)
    for layer in 0..<configuration.layerCount {
      if let own = activations[place, layer] { first[row: layer] = own[row: 0] }
    }
    return first
  }
}

extension TranscoderSet {
  /// The model's places that the features read and reconstruct.
  var hooks: (input: HookPoint.Kind, output: HookPoint.Kind) { (input.hook, output.hook) }
}
