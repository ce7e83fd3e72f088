public import LinearAlgebra
import Transcoders
public import Transformers

/// What the features of one layer read and write, as directions of the residual stream, `[features, dModel]` each.
public struct LayerDirections: Sendable {
  /// Read vectors; a gated neuron's is that of its gate.
  public let read: Matrix
  /// Write vectors of an activation of 1, summed over the layers that a feature writes to.
  public let written: Matrix
  /// ‖write vector‖ for each of these layers, for each feature.
  public let norms: [[Float]]

  /// Gathers the directions of a layer.
  public init(_ basis: DashboardBasis, layer: Int, _ transformer: Transformer, _ workers: Workers) {
    switch basis {
    case .transcoders(let set): self.init(set, layer, transformer.weights.blocks, workers)
    case .neurons: self.init(neuronsOf: transformer.weights.blocks[layer], workers)
    }
  }

  private init(_ set: TranscoderSet, _ layer: Int, _ blocks: [BlockWeights], _ workers: Workers) {
    let transcoder = set.transcoders[layer]
    var read = transcoder.encoder.readVectors(Array(0..<transcoder.featureCount))
    if set.input == .mlpIn { read.scaleColumns(by: blocks[layer].mlpNorm.weight) }
    var written = Matrix(rows: read.rows, columns: read.columns)
    var norms = [[Float]](repeating: [], count: read.rows)
    for (offset, decoder) in transcoder.decoders.enumerated() where layer + offset < blocks.count {
      var rows = decoder.widened(workers)
      for (feature, square) in rows.rowSquares(workers).enumerated() {
        norms[feature].append(square.squareRoot())
      }
      if set.output == .mlpRawOut, let norm = blocks[layer + offset].mlpPostNorm {
        rows.scaleColumns(by: norm.weight)
      }
      written += rows
    }
    (self.read, self.written, self.norms) = (read, written, norms)
  }

  private init(neuronsOf block: BlockWeights, _ workers: Workers) {
    var read = (block.gate ?? block.up).weight.widened(workers)
    read.scaleColumns(by: block.mlpNorm.weight)
    var written = block.down.weight.widened(workers).transposed(workers)
    norms = written.rowSquares(workers).map { [$0.squareRoot()] }
    if let norm = block.mlpPostNorm { written.scaleColumns(by: norm.weight) }
    (self.read, self.written) = (read, written)
  }
}

extension DirectLogitEffects {
  /// Returns what vectors do to the logits, the strongest tokens at both ends.
  ///
  /// - Parameters:
  ///   - vectors: One a row, as added to the residual stream, `[n, dModel]`.
  ///   - scale: The final norm's usual denominator, to go through that norm; nil for the unembedding alone.
  func effects(of vectors: Matrix, normScale scale: Float?, count: Int, _ workers: Workers) -> [TokenEffects]
  {
    var directions = vectors
    if let scale {
      if transformer.configuration.norm.isCentred { directions.centerRows() }
      directions.scaleColumns(by: transformer.weights.finalNorm.weight.map { $0 / scale })
    }
    return TokenScan(table: transformer.weights.unembedding.weight, workers: workers).effects(
      of: directions, count: count)
  }
}
