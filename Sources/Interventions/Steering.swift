import LinearAlgebra
import ReplacementModels
import Transcoders
import Transformers

/// The edits that carry interventions into a forward pass over some positions.
struct Steering: BlockEdits {
  let basis: any SteerableBasis
  let workers: Workers
  let plan: InterventionPlan
  let patching: Patching
  /// The unmodified run; nil for generated tokens, which have none.
  let clean: CleanPass?
  /// The positions that run.
  let positions: Range<Int>
  /// What changed features and errors write at each layer, `[positions, dModel]`.
  private(set) var written: [Matrix?]

  init(
    _ basis: any SteerableBasis, _ workers: Workers, _ plan: InterventionPlan, _ patching: Patching,
    clean: CleanPass?, positions: Range<Int>
  ) {
    self.basis = basis
    self.workers = workers
    self.plan = plan
    self.patching = patching
    self.clean = clean
    self.positions = positions
    written = Array(repeating: nil, count: basis.layerCount)
    guard let clean else { return }
    addErrors(clean)
    if case .constrained = patching {
      for layer in 0..<basis.layerCount { addFeatures(layer, nil) }
    }
  }

  func pattern(_ layer: Int) -> AttentionPattern? {
    guard patching.freezesAttention else { return nil }
    return clean?.frozen.pattern(layer).suffix(positions.count)
  }

  /// Returns a layer's output with what interventions write there.
  ///
  /// 1. Inside a constrained range the output is the unmodified run's, and what the skip connection makes of the
  ///    change of its input; elsewhere it is the model's.
  /// 2. Outside constrained patching the layer's own features are read here, and what their changes write is
  ///    added to this layer and, by cross-layer decoders, to later ones.
  mutating func output(
    at place: HookPoint.Kind, _ layer: Int, _ activations: inout ActivationCache,
    _ model: (inout ActivationCache) -> Matrix
  ) -> Matrix {
    let isClamped = clean != nil && patching.clamps(layer)
    guard place == basis.output.hook else {
      // Before a clamped output nothing that the MLP gives is looked at.
      return isClamped && place == .mlpRawOut
        ? Matrix(rows: positions.count, columns: 0) : model(&activations)
    }
    if isClamped, let clean { return clamped(layer, activations, clean) }
    var output = model(&activations)
    guard patching.isIterative || clean == nil else { return output }
    addFeatures(layer, activations[basis.input.hook, layer])
    if let added = written[layer] { output += added }
    return output
  }

  private func clamped(_ layer: Int, _ activations: ActivationCache, _ clean: CleanPass) -> Matrix {
    var output = clean.rows(basis.output.hook, layer, positions)
    if let added = written[layer] { output += added }
    if let skip = basis.skip(layer: layer), let input = activations[basis.input.hook, layer] {
      let change = input - clean.rows(basis.input.hook, layer, positions)
      output += change.times(transposed: skip, workers)
    }
    return output
  }

  /// Adds what a layer's changed features write, here and later.
  ///
  /// - Parameter input: What the input place holds in the modified run; nil to measure from the unmodified one.
  private mutating func addFeatures(_ layer: Int, _ input: Matrix?) {
    let asked = plan.layers[layer]
    guard !asked.changes.isEmpty else { return }
    let cleanValues = clean.map { read(asked.indices, layer, $0.rows(basis.input.hook, layer, positions)) }
    guard let current = input.map({ read(asked.indices, layer, $0) }) ?? cleanValues else { return }
    var deltas = Matrix(rows: positions.count, columns: asked.indices.count)
    for change in asked.changes {
      let row = change.position - positions.lowerBound
      // Features do not exist at the first position.
      let now = change.position == 0 ? 0 : current[row, change.column]
      let before = change.position == 0 ? 0 : cleanValues?[row, change.column] ?? now
      deltas[row, change.column] = change.change.delta(clean: before, current: now)
    }
    for outputLayer in layer..<basis.layerCount {
      guard
        let vectors = basis.writeVectors(layer: layer, outputLayer: outputLayer, of: asked.indices)
      else { continue }
      add(deltas.times(vectors, workers), outputLayer)
    }
  }

  private func read(_ indices: [Int], _ layer: Int, _ input: Matrix) -> Matrix {
    basis.activations(layer: layer, of: indices, input: input, workers)
  }

  private mutating func addErrors(_ clean: CleanPass) {
    guard plan.errors.contains(where: { !$0.isEmpty }), let reconstruct = basis.reconstruction else { return }
    let reconstruction = reconstruct(clean.activations.matrices(basis.input.hook), workers)
    for (layer, changes) in plan.errors.enumerated() where !changes.isEmpty {
      let error = clean.rows(basis.output.hook, layer, 0..<clean.tokens.count) - reconstruction[layer]
      var added = Matrix(rows: positions.count, columns: error.columns)
      for change in changes where change.position > 0 {
        added.add(
          error[row: change.position], scaledBy: change.factor - 1,
          toRow: change.position - positions.lowerBound)
      }
      add(added, layer)
    }
  }

  private mutating func add(_ output: Matrix, _ layer: Int) {
    written[layer] = written[layer].map { $0 + output } ?? output
  }
}

extension Patching {
  /// Whether attention patterns are those of the unmodified run.
  var freezesAttention: Bool {
    switch self {
    case .iterative(let freezes): freezes
    case .constrained: true
    }
  }

  /// Whether changed streams are read again.
  var isIterative: Bool {
    if case .iterative = self { true } else { false }
  }

  /// Whether a layer's MLP keeps its unmodified output.
  func clamps(_ layer: Int) -> Bool {
    if case .constrained(let layers) = self { layers.contains(layer) } else { false }
  }

  /// Whether nothing but direct effects remains in a model of `layerCount` layers.
  func isDirect(layerCount: Int) -> Bool { self == .constrained(0...max(0, layerCount - 1)) }
}
