package import LinearAlgebra

/// What one layer's encoder gives for a batch, as the loss sees it.
package struct LayerSelection {
  /// Entries that have a value or a gradient; their values are activations, 0 between threshold and half a band below.
  package var active: SparseActivations
  /// The pre-activation of each entry.
  package var pre: [Float]
  /// Dead features that try to explain what is left.
  package var auxiliary: SparseActivations
  /// Σ max(0, threshold − h) over dead features and positions.
  var shortfall: Double
  /// The features counted there.
  package var dead: [Int32]
}

extension LayerState {
  /// Encodes a batch as the activation function and the step want it.
  ///
  /// - Parameters:
  ///   - inputs: `[positions, width]`.
  ///   - k: Features to keep at a position.
  mutating func select(
    _ inputs: Matrix, k: Float, _ configuration: TrainingConfiguration, _ workers: Workers
  ) -> LayerSelection {
    let dead = density.indices.filter { density[$0] < configuration.deadDensity }.map { Int32($0) }
    let thresholds = thresholds
    let usesThresholds = configuration.activation == .jumprelu
    let look = AuxiliaryFeatures(
      features: configuration.auxiliaryK > 0 || configuration.usesPreActivation ? dead : [],
      count: configuration.auxiliaryK,
      thresholds: !configuration.usesPreActivation
        ? [] : usesThresholds ? thresholds : thresholds.map { _ in 0 })
    let encode = { (layer: LayerState, selection: FeatureSelection) in
      inputs.encoded(
        by: layer[.encoder], bias: layer[.encoderBias].storage, selecting: selection, auxiliary: look, workers
      )
    }
    var encoded: EncodedPositions
    switch configuration.activation {
    case .jumprelu:
      encoded = encode(self, .above(thresholds.map { max(0, $0 - bandwidth / 2) }))
    case .relu:
      encoded = encode(self, .above(thresholds.map { _ in 0 }))
    case .topk:
      encoded = encode(self, .largest(Int(k.rounded())))
    case .batchtopk:
      encoded = largestOfBatch(count: Int((k * Float(inputs.rows)).rounded()), encode)
    }
    let pre = encoded.selected.values
    if usesThresholds {
      for entry in pre.indices where pre[entry] <= thresholds[Int(encoded.selected.features[entry])] {
        encoded.selected.values[entry] = 0
      }
    }
    return LayerSelection(
      active: encoded.selected, pre: pre, auxiliary: encoded.auxiliary, shortfall: encoded.shortfall,
      dead: dead)
  }

  /// Keeps the `count` largest of the whole batch.
  ///
  /// Only pre-activations above a bound, a little below the last batch's threshold, are looked at; when they are too few
  /// the bound falls and the batch is encoded again. The result does not depend on the bound.
  private mutating func largestOfBatch(
    count: Int, _ encode: (LayerState, FeatureSelection) -> EncodedPositions
  ) -> EncodedPositions {
    while true {
      var encoded = encode(self, .above(Array(repeating: lookBound, count: featureCount)))
      let found = encoded.selected
      guard found.count >= count || lookBound <= 0 else {
        lookBound = lookBound < 1e-3 ? 0 : lookBound / 2
        continue
      }
      guard found.count > count else { return encoded }
      let least = nthLargest(count, of: found.values)
      encoded.selected = found.keeping(atLeast: least)
      lookBound = 0.92 * least
      batchThreshold = batchThreshold == 0 ? least : 0.99 * batchThreshold + 0.01 * least
      return encoded
    }
  }

  /// Moves the average density of every feature by a batch.
  mutating func observe(_ selection: LayerSelection, _ configuration: TrainingConfiguration) {
    let positions = selection.active.positionCount
    var counts = [Int](repeating: 0, count: featureCount)
    for (entry, feature) in selection.active.features.enumerated() where selection.active.values[entry] > 0 {
      counts[Int(feature)] += 1
    }
    let share = min(1, Float(positions) / Float(configuration.densityTokens))
    for feature in density.indices {
      density[feature] += share * (Float(counts[feature]) / Float(positions) - density[feature])
    }
  }
}
