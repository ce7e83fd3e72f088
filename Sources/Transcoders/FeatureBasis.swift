public import LinearAlgebra

/// Where a layer's features read: a TransformerLens name within the block.
public enum FeatureInput: String, Sendable, CaseIterable {
  /// The residual stream between attention and MLP.
  case residMid = "hook_resid_mid"
  /// That stream divided by its root mean square, before the norm's weight.
  case mlpNormalized = "ln2.hook_normalized"
  /// What the MLP reads, after its norm.
  case mlpIn = "mlp.hook_in"
}

/// What a layer's features reconstruct: a TransformerLens name within the block.
public enum FeatureOutput: String, Sendable, CaseIterable {
  /// What the MLP gives, before a norm behind it.
  case mlpRawOut = "mlp.hook_out"
  /// What the MLP adds to the residual stream.
  case mlpOut = "hook_mlp_out"
}

/// What explains a model's MLPs as features: neurons, per-layer or cross-layer transcoders.
///
/// A feature reads one layer's input place with a vector and writes, times its activation, a vector at the output
/// place of that layer and, for a cross-layer transcoder, of later ones.
public protocol FeatureBasis: Sendable {
  /// Where features read.
  var input: FeatureInput { get }
  /// What features reconstruct.
  var output: FeatureOutput { get }
  /// The number of layers.
  var layerCount: Int { get }

  /// Returns the vectors with which features of one layer read the input place, `[sites, dModel]`.
  func readVectors(layer: Int, sites: ArraySlice<FeatureSite>) -> Matrix

  /// Returns the constant that a feature adds to what it reads before its activation function.
  func readBias(_ site: FeatureSite) -> Float

  /// Returns the vectors that features of `layer` write at `outputLayer`'s output place for an activation of 1, or
  /// nil when they write nothing there. Row `writeRow(layer:index:)` belongs to a feature.
  func writeVectors(layer: Int, outputLayer: Int) -> StoredMatrix?

  /// Returns a feature's row in `writeVectors`.
  func writeRow(layer: Int, index: Int) -> Int

  /// Returns the constant part of a layer's reconstruction, `[dModel]`, or nil for none.
  func outputBias(layer: Int) -> [Float]?

  /// Returns the linear map beside a layer's features, `[dModel, dModel]` by (output, input), or nil for none.
  func skip(layer: Int) -> StoredMatrix?
}

extension FeatureBasis {
  /// Returns for each layer what its features, bias and skip connection give at the output place,
  /// `[positions, dModel]` each; nothing of it at position 0 comes from features.
  public func reconstruction(
    of features: FeatureActivations, inputs: [Matrix], _ workers: Workers
  ) -> [Matrix] {
    (0..<layerCount).map { layer in
      var result = Matrix(rows: inputs[layer].rows, columns: inputs[layer].columns)
      for source in 0...layer {
        guard let vectors = writeVectors(layer: source, outputLayer: layer) else { continue }
        let range = features.range(layer: source, positions: 0..<features.positionCount)
        result.addRows(
          of: vectors, features.sites[range].map { writeRow(layer: source, index: $0.index) },
          scaledBy: features.values[range], toRows: features.sites[range].map(\.position))
      }
      if let bias = outputBias(layer: layer) { result.add(toEveryRow: bias) }
      if let skip = skip(layer: layer) { result += inputs[layer].times(transposed: skip, workers) }
      return result
    }
  }
}
