import Foundation
import LinearAlgebra
import Transcoders
import Transformers

/// What is summed over the positions of contexts.
struct ContextTally: Sendable {
  struct Layer: Sendable {
    var squaredError = 0.0
    var squares = 0.0
    var sum: [Double]
    var uses: [Int]
  }

  var positions = 0
  var predictions = 0
  var agreements = 0
  var divergence = 0.0
  var crossEntropy = 0.0
  var replacedCrossEntropy = 0.0
  /// Positions where the model is right with a probability below 0.8.
  var unsure = 0
  var unsureAgreements = 0
  /// What the model's MLPs give at position 0, `[layers, width]`.
  var first = Matrix(rows: 0, columns: 0)
  var layers: [Layer]

  init(_ set: TranscoderSet) {
    layers = set.transcoders.map {
      Layer(
        sum: Array(repeating: 0, count: $0.encoder.width), uses: Array(repeating: 0, count: $0.featureCount)
      )
    }
  }

  init(_ context: [Int], _ transformer: Transformer, _ set: TranscoderSet) {
    self.init(set)
    positions = context.count - 1
    let hooks = (0..<set.layerCount).flatMap {
      [HookPoint(set.input.hook, layer: $0), HookPoint(set.output.hook, layer: $0)]
    }
    let clean = transformer.run(context, recording: Set(hooks))
    var written = WrittenFeatures(set)
    for layer in 0..<set.layerCount {
      guard let input = clean.activations[set.input.hook, layer],
        let output = clean.activations[set.output.hook, layer]
      else { continue }
      compare(written.output(layer, input), output, layer)
      for feature in written.active(layer) { layers[layer].uses[feature] += 1 }
    }
    first = transformer.firstOutputs(clean.activations, set.hooks.output)
    let replaced = transformer.run(
      context, replacing: .features(WrittenFeatures(set)), at: set.hooks, first: first, logits: .all)
    for position in 1..<context.count {
      compareLogits(
        clean.logits[row: position], replaced.logits[row: position],
        next: position + 1 < context.count ? context[position + 1] : nil)
    }
  }

  private mutating func compare(_ given: Matrix, _ wanted: Matrix, _ layer: Int) {
    for position in 1..<wanted.rows {
      for (column, value) in wanted[row: position].enumerated() {
        let error = Double(given[position, column]) - Double(value)
        layers[layer].squaredError += error * error
        layers[layer].squares += Double(value) * Double(value)
        layers[layer].sum[column] += Double(value)
      }
    }
  }

  private mutating func compareLogits(_ clean: ArraySlice<Float>, _ replaced: ArraySlice<Float>, next: Int?) {
    let (p, q) = (LogProbabilities(clean), LogProbabilities(replaced))
    if p.top == q.top { agreements += 1 }
    divergence += p.divergence(from: q)
    guard let next else { return }
    predictions += 1
    crossEntropy -= p[next]
    replacedCrossEntropy -= q[next]
    guard p.top == next, p[next] < log(0.8) else { return }
    unsure += 1
    if q.top == next { unsureAgreements += 1 }
  }

  mutating func add(_ other: ContextTally) {
    positions += other.positions
    predictions += other.predictions
    agreements += other.agreements
    divergence += other.divergence
    crossEntropy += other.crossEntropy
    replacedCrossEntropy += other.replacedCrossEntropy
    unsure += other.unsure
    unsureAgreements += other.unsureAgreements
    for (index, layer) in other.layers.enumerated() {
      layers[index].squaredError += layer.squaredError
      layers[index].squares += layer.squares
      for column in layer.sum.indices { layers[index].sum[column] += layer.sum[column] }
      for feature in layer.uses.indices { layers[index].uses[feature] += layer.uses[feature] }
    }
  }

  /// The mean of what each layer's MLP gives, `[layers, width]`.
  var means: Matrix {
    let count = Double(max(1, positions))
    return Matrix(
      rows: layers.count, columns: layers.first?.sum.count ?? 0,
      storage: layers.flatMap { $0.sum.map { Float($0 / count) } })
  }
}

/// What a context's next tokens cost a model without MLPs, summed.
struct AblatedEntropies: Sendable {
  /// −log p with MLPs that give 0.
  let zero: Double
  /// −log p with MLPs that give their means.
  let mean: Double

  /// Runs both ablations.
  init(_ context: [Int], _ transformer: Transformer, _ set: TranscoderSet, first: Matrix, means: Matrix) {
    let entropy = { (constant: Matrix) in
      let logits = transformer.run(
        context, replacing: .constant(constant), at: set.hooks, first: first, logits: .all
      ).logits
      return (1..<context.count - 1).reduce(0.0) { sum, position in
        sum - LogProbabilities(logits[row: position])[context[position + 1]]
      }
    }
    zero = entropy(Matrix(rows: means.rows, columns: means.columns))
    mean = entropy(means)
  }
}
