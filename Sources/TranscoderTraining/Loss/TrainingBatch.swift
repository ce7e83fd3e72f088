package import LinearAlgebra

/// A batch of positions: what each layer reads and gives, brought to size.
package protocol TrainingBatch {
  /// The number of positions.
  var positionCount: Int { get }
  /// Returns what a layer's features read, `[positions, width]`.
  func inputs(_ layer: Int, _ workers: Workers) -> Matrix
  /// Returns what they reconstruct.
  func outputs(_ layer: Int, _ workers: Workers) -> Matrix
}

/// Positions of a round.
struct RoundBatch: TrainingBatch {
  private let round: ActivationRound
  private let scales: [LayerScale]
  private let rows: ArraySlice<Int>
  /// What each layer's features read: a step needs it twice.
  private let inputs: [Matrix]

  /// Gathers `rows` of a round.
  init(_ round: ActivationRound, _ scales: [LayerScale], rows: ArraySlice<Int>, _ workers: Workers) {
    self.round = round
    self.scales = scales
    self.rows = rows
    inputs = scales.indices.map { scales[$0].inputs(round, $0, rows, workers) }
  }

  var positionCount: Int { rows.count }

  func inputs(_ layer: Int, _ workers: Workers) -> Matrix { inputs[layer] }

  func outputs(_ layer: Int, _ workers: Workers) -> Matrix {
    scales[layer].outputs(round, layer, rows, workers)
  }
}

/// Activations that are given as they are.
package struct FixedBatch: TrainingBatch {
  private let inputs: [Matrix]
  private let outputs: [Matrix]

  /// Wraps one matrix `[positions, width]` for each layer.
  package init(inputs: [Matrix], outputs: [Matrix]) {
    self.inputs = inputs
    self.outputs = outputs
  }

  package var positionCount: Int { inputs.first?.rows ?? 0 }

  package func inputs(_ layer: Int, _ workers: Workers) -> Matrix { inputs[layer] }

  package func outputs(_ layer: Int, _ workers: Workers) -> Matrix { outputs[layer] }
}
