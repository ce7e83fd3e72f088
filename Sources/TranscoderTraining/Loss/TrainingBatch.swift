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
  let round: ActivationRound
  let scales: [LayerScale]
  let rows: ArraySlice<Int>

  var positionCount: Int { rows.count }

  func inputs(_ layer: Int, _ workers: Workers) -> Matrix {
    scales[layer].inputs(round, layer, rows, workers)
  }

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
