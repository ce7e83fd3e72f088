import LinearAlgebra
import Testing
import TranscoderTraining
import _TestSupport

@Suite("Recovery of known features")
struct RecoveryTests {
  let workers = Workers(count: 2)

  /// Sparse features that write into two layers, and what a model made of them would compute.
  struct Known {
    let width = 16
    let features = 24
    let positions = 4096
    let decoders: Matrix
    let inputs: Matrix
    let outputs: [Matrix]

    init(seed: UInt64) {
      var random = SplitMix64(seed: seed)
      let directions = random.matrix(features, width)
      decoders = random.matrix(features * 2, width)
      var (inputs, first, second) = (
        Matrix(rows: positions, columns: width), Matrix(rows: positions, columns: width),
        Matrix(rows: positions, columns: width)
      )
      for position in 0..<positions {
        for feature in 0..<features where Float.random(in: 0..<1, using: &random) < 0.06 {
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

  @Test("A cross-layer transcoder finds the features that made its activations")
  func overfit() throws {
    let known = Known(seed: 4)
    var configuration = TrainingConfiguration()
    configuration.kind = .crossLayer
    configuration.activation = .topk
    (configuration.features, configuration.k, configuration.batch) = (48, 3, 512)
    configuration.tokens = 512 * 1500
    configuration.learningRate = 4e-3
    configuration.densityTokens = 4096
    configuration.deadDensity = 1e-3
    configuration.ridge = 1e-3
    let silent = Matrix(rows: 512, columns: known.width)
    let closedForm = ClosedFormStart(configuration: configuration, workers: workers)
    var layers = [
      closedForm.layer(inputs: known.inputs, outputs: known.outputs[0], span: 2, seed: 1),
      LayerState(
        encoder: Matrix(rows: 48, columns: known.width), threshold: 1,
        decoder: Matrix(rows: 48, columns: known.width),
        span: 1, bandwidth: 0.1, hasSkip: false, density: 0.1),
    ]
    for step in 0..<1500 {
      let rows = step % 8 * 512..<(step % 8 + 1) * 512
      let batch = FixedBatch(
        inputs: [known.inputs[rows: rows], silent], outputs: known.outputs.map { $0[rows: rows] })
      _ = try TrainingStep(batch, &layers, number: step, configuration, workers)
    }
    let learned = layers[0][.decoder]
    var found = 0
    for feature in 0..<known.features {
      let wanted = known.decoders[rows: feature * 2..<feature * 2 + 2].storage
      let best = (0..<48).map { cosine(learned[rows: $0 * 2..<$0 * 2 + 2].storage, wanted) }.max() ?? 0
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
