import LinearAlgebra
import Testing
import TranscoderTraining
import _TestSupport

@Suite("Recovery of known features")
struct RecoveryTests {
  let workers = Workers(count: 2)

  /// Sparse features that write into two layers, and what a model made of them would compute.
  struct Known {
    let width: Int
    let features: Int
    let positions: Int
    let decoders: Matrix
    let inputs: Matrix
    let outputs: [Matrix]

    init(seed: UInt64, width: Int = 16, features: Int = 24, positions: Int = 4096, density: Float = 0.06) {
      (self.width, self.features, self.positions) = (width, features, positions)
      var random = SplitMix64(seed: seed)
      let directions = random.matrix(features, width)
      decoders = random.matrix(features * 2, width)
      var (inputs, first, second) = (
        Matrix(rows: positions, columns: width), Matrix(rows: positions, columns: width),
        Matrix(rows: positions, columns: width)
      )
      for position in 0..<positions {
        for feature in 0..<features where Float.random(in: 0..<1, using: &random) < density {
          let value = Float.random(in: 0.8...1.6, using: &random)
          inputs.add(directions[row: feature], scaledBy: value, toRow: position)
          first.add(decoders[row: feature * 2], scaledBy: value, toRow: position)
          second.add(decoders[row: feature * 2 + 1], scaledBy: value, toRow: position)
        }
      }
      self.inputs = inputs
      outputs = [first, second]
    }
  }

  @Test(
    "A cross-layer transcoder finds the features that made its activations, 24 of them and 512",
    arguments: [false, true])
  func overfit(isLarge: Bool) throws {
    let known =
      isLarge ? Known(seed: 4, width: 128, features: 512, positions: 16_384, density: 0.006) : Known(seed: 4)
    let (count, batch, steps) = (2 * known.features, known.positions / 8, isLarge ? 600 : 1500)
    var configuration = TrainingConfiguration()
    configuration.kind = .crossLayer
    configuration.activation = .topk
    (configuration.features, configuration.k, configuration.batch) = (count, 3, batch)
    configuration.tokens = batch * steps
    configuration.learningRate = 4e-3
    configuration.densityTokens = 4096
    configuration.deadDensity = isLarge ? 1e-4 : 1e-3
    configuration.ridge = 1e-3
    let silent = Matrix(rows: batch, columns: known.width)
    let closedForm = ClosedFormStart(configuration: configuration, workers: workers)
    var layers = [
      closedForm.layer(inputs: known.inputs, outputs: known.outputs[0], span: 2, seed: 1),
      LayerState(
        encoder: Matrix(rows: count, columns: known.width), threshold: 1,
        decoder: Matrix(rows: count, columns: known.width),
        span: 1, bandwidth: 0.1, hasSkip: false, density: 0.1),
    ]
    for step in 0..<steps {
      let rows = step % 8 * batch..<(step % 8 + 1) * batch
      let batch = FixedBatch(
        inputs: [known.inputs[rows: rows], silent], outputs: known.outputs.map { $0[rows: rows] })
      _ = try TrainingStep(batch, &layers, number: step, configuration, workers)
    }
    let learned = layers[0][.decoder]
    let rows = (0..<count).map { learned[rows: $0 * 2..<$0 * 2 + 2].storage }
    var found = 0
    for feature in 0..<known.features {
      let wanted = known.decoders[rows: feature * 2..<feature * 2 + 2].storage
      let best = rows.map { cosine($0, wanted) }.max() ?? 0
      if best >= 0.95 { found += 1 }
    }
    #expect(found * 10 >= known.features * 9, "\(found) of \(known.features)")
  }

  private func cosine(_ a: [Float], _ b: [Float]) -> Float {
    let lengths = dot(a[...], a[...]) * dot(b[...], b[...])
    return lengths > 0 ? dot(a[...], b[...]) / lengths.squareRoot() : 0
  }

  @Test("The threshold of a top-k layer as JumpReLU keeps k features a position")
  func calibration() {
    let known = Known(seed: 9)
    var configuration = TrainingConfiguration()
    (configuration.features, configuration.k) = (40, 4)
    let closedForm = ClosedFormStart(configuration: configuration, workers: workers)
    let layer = closedForm.layer(inputs: known.inputs, outputs: known.outputs[0], span: 1, seed: 2)
    let thresholds = layer.finalThresholds(known.inputs, configuration, workers)
    let active = known.inputs.encoded(
      by: layer[.encoder], bias: layer[.encoderBias].storage, selecting: .above(thresholds), workers
    ).selected
    #expect(abs(Float(active.count) / Float(known.positions) - 4) < 0.05)
  }
}
