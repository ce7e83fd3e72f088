import LinearAlgebra
import Transcoders
import Transformers

/// How much each neuron at each position matters to some outputs, directly and through later neurons.
///
/// One backward pass through the model with attention, norms *and neurons* made linear (`NeuronBasis`): the relevance
/// of a neuron is its activation times what an output gains for each unit of it, summed over outputs by magnitude and
/// weight. It is cheap and decides only which neurons become nodes of their own.
struct NeuronRelevance {
  let pass: FrozenPass
  let activations: ActivationCache
  let zeroStreams: [Matrix]

  /// Returns the `count` most relevant neurons, except at position 0, in order, with their activations.
  ///
  /// - Parameters:
  ///   - directions: What each output reads in the stream behind the last block at the last position.
  ///   - weights: What each output counts.
  func strongest(_ count: Int, directions: Matrix, weights: [Float]) -> FeatureActivations {
    let transformer = pass.transformer
    var gradients = CausalRows(width: transformer.configuration.dModel)
    gradients.begin(lastPositions: Array(repeating: pass.positionCount - 1, count: directions.rows))
    gradients.join(directions)
    var found = StrongestNeurons(limit: count)
    for layer in stride(from: transformer.configuration.layerCount - 1, through: 0, by: -1) {
      let neurons = gains(of: gradients, throughNeuronsOf: layer)
      found.add(layer, relevances(layer, neurons.perUnit, gradients, weights))
      _ = pass.pull(&gradients, through: layer, zeroStream: zeroStreams[layer]) { $0.add(neurons.atInput) }
    }
    let sites = found.sites
    return FeatureActivations(
      layerCount: transformer.configuration.layerCount, positionCount: pass.positionCount, sites: sites,
      values: sites.map { activations[.mlpPost, $0.layer]?[$0.position, $0.index] ?? 0 })
  }

  /// Returns what an output gains for each unit of each neuron, `[rows, dMLP]`, and what each gradient gains by passing
  /// the neurons, `[rows, dModel]`.
  private func gains(of gradients: borrowing CausalRows, throughNeuronsOf layer: Int) -> (
    perUnit: Matrix, atInput: Matrix
  ) {
    let block = pass.transformer.weights.blocks[layer]
    let workers = pass.transformer.workers
    let positions = gradients.positionOfRow
    let behind = pass.outputFactors(layer, hook: .mlpRawOut)
    var rows = gradients.allRows
    if let columns = behind.columns { rows.scaleColumns(by: columns) }
    rows.scaleRows(by: positions.map { behind.positions[$0] })
    let perUnit = rows.times(block.down.weight.widened(workers), workers)
    let reads = factors(layer)
    var atInput = perUnit.multiplied(byRows: positions, of: reads.up).times(
      block.up.weight.widened(workers), workers)
    if let gate = block.gate, let factors = reads.gate {
      atInput += perUnit.multiplied(byRows: positions, of: factors).times(
        gate.weight.widened(workers), workers)
    }
    return (perUnit, pass.readDirections(atInput, layer: layer, positions: positions, hook: .mlpIn))
  }

  /// How much of its rows each neuron reads at each position, `[positions, dMLP]`.
  private func factors(_ layer: Int) -> (gate: Matrix?, up: Matrix) {
    let activation = pass.transformer.configuration.activation
    let pre = activations[.mlpPre, layer] ?? Matrix(rows: 0, columns: 0)
    guard let branch = activations[.mlpPreLinear, layer] else { return (nil, pre.map(activation.ratio)) }
    var gate = pre.map { 0.5 * activation.ratio($0) }
    gate.multiply(by: branch)
    return (gate, pre.map { 0.5 * activation.value($0) })
  }

  /// The relevance of each neuron at each position, `[positions, dMLP]`.
  private func relevances(
    _ layer: Int, _ perUnit: Matrix, _ gradients: borrowing CausalRows, _ weights: [Float]
  ) -> Matrix {
    guard let post = activations[.mlpPost, layer] else { return Matrix(rows: 0, columns: 0) }
    var sums = Matrix(rows: post.rows, columns: post.columns)
    for (row, (position, target)) in zip(gradients.positionOfRow, gradients.targetsOfRows).enumerated() {
      sums.add(perUnit[row: row].map { abs($0) }, scaledBy: weights[target], toRow: position)
    }
    sums.multiply(by: post.map { abs($0) })
    return sums
  }
}

/// The most relevant neurons met so far.
private struct StrongestNeurons {
  let limit: Int
  private var found: [(site: FeatureSite, relevance: Float)] = []
  /// What a neuron must exceed to count: the weakest of the strongest when last cut back.
  private var bar: Float = 0

  init(limit: Int) { self.limit = limit }

  /// Adds a layer's neurons, except those at position 0.
  mutating func add(_ layer: Int, _ relevances: Matrix) {
    for position in stride(from: 1, to: relevances.rows, by: 1) {
      for (index, relevance) in relevances[row: position].enumerated() where relevance > bar {
        found.append((FeatureSite(layer: layer, position: position, index: index), relevance))
      }
      if found.count > 4 * limit { cutBack() }
    }
  }

  /// The strongest, in order.
  var sites: [FeatureSite] {
    var copy = self
    copy.cutBack()
    return copy.found.map(\.site).sorted()
  }

  private mutating func cutBack() {
    guard found.count > limit else { return }
    found.sort { ($0.relevance, $1.site) > ($1.relevance, $0.site) }
    found.removeLast(found.count - limit)
    bar = found.last?.relevance ?? 0
  }
}

extension Matrix {
  /// Returns this matrix with each row multiplied, entry by entry, by the row of `factors` that `rows` names.
  fileprivate func multiplied(byRows rows: [Int], of factors: Matrix) -> Matrix {
    var result = self
    result.multiply(by: factors.picking(rows: rows))
    return result
  }
}
