import LinearAlgebra
import Transcoders

/// Layer by layer, what features read and write for one context.
struct WrittenFeatures {
  private let set: TranscoderSet
  private var activations: [FeatureActivations] = []
  private let workers = Workers(count: 1)

  init(_ set: TranscoderSet) { self.set = set }

  /// The indices of the features that are active at a layer, once for each position.
  func active(_ layer: Int) -> [Int] { activations[layer].sites.map(\.index) }

  /// Returns what the features of this and earlier layers write at a layer; layers are asked in order.
  mutating func output(_ layer: Int, _ input: Matrix) -> Matrix {
    let one = TranscoderSet(
      name: set.name, input: set.input, output: set.output, activation: set.activation,
      transcoders: [set.transcoders[layer]])
    activations.append(one.activations(inputs: [input], workers))
    var out = Matrix(rows: input.rows, columns: input.columns)
    if let skip = set.transcoders[layer].skip { out = input.times(transposed: skip, workers) }
    out.add(toEveryRow: set.transcoders[layer].decoderBias)
    for source in 0...layer where layer - source < set.transcoders[source].span {
      let sites = activations[source].sites
      out.addRows(
        of: set.transcoders[source].decoders[layer - source], sites.map(\.index),
        scaledBy: activations[source].values[...], toRows: sites.map(\.position))
    }
    return out
  }
}
