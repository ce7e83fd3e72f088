package import LinearAlgebra

/// The gradients of one layer's parameters, and which rows have any.
package struct LayerGradients {
  /// One matrix for each ``LayerState/Part``.
  package var matrices: [Matrix]
  /// Whether each feature's rows have a gradient.
  var isTouched: [Bool]

  /// √Σ g² over all parameters of the layer.
  func norm(_ workers: Workers) -> Float {
    let total = matrices.reduce(0.0) { $0 + Double.total($1.rowSquares(workers)) }
    return Float(total.squareRoot())
  }
}

extension BatchLoss {
  /// Returns the gradients of a layer's parameters.
  ///
  /// JumpReLU's straight-through estimator: ∂a/∂h = [h > θ]; ∂a/∂θ = −(θ/ε)·[|h − θ| < ε/2], and what comes after a passes
  /// it to every parameter.
  package func gradients(_ index: Int, _ layer: LayerState) -> LayerGradients {
    let selection = selections[index]
    let active = selection.active
    let lists = FeatureLists(active)
    let auxiliaryLists = FeatureLists(selection.auxiliary)
    var byPre = derivatives[index]
    var byThreshold = [Float](repeating: 0, count: layer.featureCount)
    if configuration.activation == .jumprelu {
      byThreshold = thresholdGradients(index, layer, &byPre)
    }
    let inputs = batch.inputs(index, workers)
    var matrices = LayerState.Part.allCases.map { part in
      switch part {
      case .encoder: Matrix.sums(of: [(inputs, byPre)], lists: lists, workers)
      case .decoder: Matrix.sums(of: decoderParts(index, layer), lists: lists, workers)
      default: Matrix(rows: layer[part].rows, columns: layer[part].columns)
      }
    }
    var byBias = lists.sums(byPre)
    if auxiliaryLists.entries.count > 0 {
      matrices[LayerState.Part.encoder.rawValue].add(
        inputs, scaledBy: auxiliaryDerivatives[index], lists: auxiliaryLists, workers)
      for (feature, sum) in auxiliaryLists.sums(auxiliaryDerivatives[index]).enumerated() {
        byBias[feature] += sum
      }
    }
    addPreActivation(selection, lists, inputs, &matrices, &byBias, &byThreshold)
    addDecoders(index, layer, lists, auxiliaryLists, &matrices)
    addOutputs(index, inputs, &matrices)
    matrices[LayerState.Part.encoderBias.rawValue] = Matrix(rows: 1, columns: byBias.count, storage: byBias)
    matrices[LayerState.Part.threshold.rawValue] = Matrix(
      rows: 1, columns: byThreshold.count, storage: byThreshold)
    let shortDead = Set(configuration.usesPreActivation ? selection.dead : [])
    let isTouched = (0..<layer.featureCount).map {
      !lists.range($0).isEmpty || !auxiliaryLists.range($0).isEmpty || shortDead.contains(Int32($0))
    }
    return LayerGradients(matrices: matrices, isTouched: isTouched)
  }

  /// ∂/∂θ; and makes of ∂/∂a, in place, ∂/∂h.
  private func thresholdGradients(_ index: Int, _ layer: LayerState, _ byPre: inout [Float]) -> [Float] {
    let (active, pre, thresholds) = (selections[index].active, selections[index].pre, layer.thresholds)
    var result = [Float](repeating: 0, count: layer.featureCount)
    for entry in pre.indices {
      let feature = Int(active.features[entry])
      let threshold = thresholds[feature]
      if abs(pre[entry] - threshold) < layer.bandwidth / 2 {
        result[feature] -= threshold / layer.bandwidth * byPre[entry]
      }
      if !(pre[entry] > threshold) { byPre[entry] = 0 }
    }
    return result
  }

  /// Σ max(0, θ − h) of dead features: all positions but those where h > θ, that is a sum over all minus a few.
  private func addPreActivation(
    _ selection: LayerSelection, _ lists: FeatureLists, _ inputs: Matrix, _ matrices: inout [Matrix],
    _ byBias: inout [Float], _ byThreshold: inout [Float]
  ) {
    guard configuration.usesPreActivation, !selection.dead.isEmpty else { return }
    let weight = configuration.preActivation / Float(inputs.rows)
    let all = inputs.weightedSum([Float](repeating: 1, count: inputs.rows))
    for feature in selection.dead.map({ Int($0) }) {
      var sum = all
      var count = Float(inputs.rows)
      for place in lists.range(feature) where selection.active.values[Int(lists.entries[place])] > 0 {
        count -= 1
        for (column, value) in inputs[row: Int(lists.positions[place])].enumerated() { sum[column] -= value }
      }
      matrices[LayerState.Part.encoder.rawValue].addRow(sum, scaledBy: -weight, to: feature)
      byBias[feature] -= weight * count
      if configuration.activation == .jumprelu { byThreshold[feature] += weight * count }
    }
  }

  /// What a feature's decoders gain for each of its entries: 2w/(dB) · a · R, for each layer that it writes to.
  private func decoderParts(_ index: Int, _ layer: LayerState) -> [(vectors: Matrix, coefficients: [Float])] {
    let active = selections[index].active
    let positions = active.positions
    return (index..<index + layer.span).map { target in
      (residuals[target], zip(active.values, positions).map { $0 * factors[target][Int($1)] })
    }
  }

  /// Decoders, besides: what dead features gain for what is left, and the sparsity's pull λ c sech² a W/(‖W‖√d B).
  private func addDecoders(
    _ index: Int, _ layer: LayerState, _ lists: FeatureLists, _ auxiliaryLists: FeatureLists,
    _ matrices: inout [Matrix]
  ) {
    let auxiliary = selections[index].auxiliary
    let positions = auxiliary.positions
    for offset in 0..<layer.span {
      let target = index + offset
      guard auxiliaryResiduals[target].rows > 0, auxiliary.count > 0 else { continue }
      let weight = configuration.auxiliaryWeight
      let rest = zip(auxiliary.values, positions).map { weight * $0 * factors[target][Int($1)] }
      matrices[LayerState.Part.decoder.rawValue].add(
        auxiliaryResiduals[target], scaledBy: rest, lists: auxiliaryLists, span: layer.span, offset: offset,
        workers)
    }
    addDecoderSparsity(index, layer, lists, &matrices[LayerState.Part.decoder.rawValue])
  }

  private func addDecoderSparsity(
    _ index: Int, _ layer: LayerState, _ lists: FeatureLists, _ gradient: inout Matrix
  ) {
    guard sparsity > 0, configuration.usesSparsity else { return }
    let active = selections[index].active
    let slopes = slopes(layer)
    let unit = configuration.sparsitySlope / Float(layer[.encoder].columns).squareRoot()
    let pulls = active.values.indices.map { entry in
      let value = (slopes[Int(active.features[entry])] * active.values[entry]).hyperbolicTangent
      return (1 - value * value) * active.values[entry]
    }
    var factors = [Float](repeating: 0, count: layer.featureCount * layer.span)
    for (feature, pull) in lists.sums(pulls).enumerated() where slopes[feature] > 0 {
      let factor = sparsity * unit * unit * pull / slopes[feature] / Float(batch.positionCount)
      for offset in 0..<layer.span { factors[feature * layer.span + offset] = factor }
    }
    var pull = layer[.decoder]
    pull.scaleRows(by: factors)
    gradient += pull
  }

  /// The decoder bias, and the skip connection: Σ 2w/(dB) R xᵀ.
  private func addOutputs(_ index: Int, _ inputs: Matrix, _ matrices: inout [Matrix]) {
    let bias = residuals[index].weightedSum(factors[index])
    matrices[LayerState.Part.decoderBias.rawValue] = Matrix(rows: 1, columns: bias.count, storage: bias)
    guard matrices[LayerState.Part.skip.rawValue].rows > 0 else { return }
    var scaled = residuals[index]
    scaled.scaleRows(by: factors[index])
    matrices[LayerState.Part.skip.rawValue] = scaled.transposed().times(inputs, workers)
  }
}
