import LinearAlgebra
import Testing
import TranscoderTraining
import _TestSupport

@Suite("The closed-form start")
struct ClosedFormTests {
  let workers = Workers(count: 2)
  let width = 12

  private var configuration: TrainingConfiguration {
    var configuration = TrainingConfiguration()
    (configuration.features, configuration.k, configuration.ridge) = (48, 4, 1e-3)
    return configuration
  }

  /// Inputs with a direction of their own at every 200th position.
  private func inputs(_ random: inout SplitMix64) -> (inputs: Matrix, marked: [Int]) {
    var inputs = random.matrix(4000, width)
    let marked = Array(stride(from: 7, to: 4000, by: 200))
    let direction = random.matrix(1, width)
    for position in marked { inputs.add(direction[row: 0], scaledBy: 8, toRow: position) }
    return (inputs, marked)
  }

  /// What a layer gives for `inputs`.
  private func given(_ layer: LayerState, _ inputs: Matrix) -> Matrix {
    let active = inputs.encoded(
      by: layer[.encoder], bias: layer[.encoderBias].storage, selecting: .above(layer.thresholds), workers
    ).selected
    var sum =
      layer[.skip].rows > 0
      ? inputs.times(transposed: layer[.skip], workers) : Matrix(rows: inputs.rows, columns: width)
    sum.add(toEveryRow: layer[.decoderBias].storage)
    sum.add(
      decoded: [DecoderSource(activations: active, decoder: layer[.decoder], span: 1, offset: 0)], workers)
    return sum
  }

  private func share(_ error: Matrix, of outputs: Matrix, at positions: [Int]) -> Double {
    let squares = (error.rowSquares(workers), outputs.rowSquares(workers))
    return positions.reduce(0.0) { $0 + Double(squares.0[$1]) }
      / positions.reduce(0.0) { $0 + Double(squares.1[$1]) }
  }

  @Test("With a skip, what is linear is fitted whole; without, it is not")
  func skip() {
    var random = SplitMix64(seed: 3)
    let inputs = random.matrix(4000, width)
    let outputs = inputs.times(random.matrix(width, width), workers)
    let errors = [true, false].map { hasSkip in
      var configuration = configuration
      configuration.skip = hasSkip
      let layer = ClosedFormStart(configuration: configuration, workers: workers)
        .layer(inputs: inputs, outputs: outputs, span: 1, seed: 1)
      return share(given(layer, inputs) - outputs, of: outputs, at: Array(0..<4000))
    }
    #expect(errors[0] < 1e-3, "\(errors)")
    #expect(errors[1] > 0.05, "\(errors)")
  }

  @Test("Massive activations get a feature of their own")
  func outliers() {
    var random = SplitMix64(seed: 5)
    let (inputs, marked) = inputs(&random)
    var outputs = random.matrix(4000, width)
    let direction = random.matrix(1, width)
    for position in marked { outputs.add(direction[row: 0], scaledBy: 900, toRow: position) }
    let layer = ClosedFormStart(configuration: configuration, workers: workers)
      .layer(inputs: inputs, outputs: outputs, span: 1, seed: 1)
    #expect(share(given(layer, inputs) - outputs, of: outputs, at: marked) < 0.1)
    // The first feature is theirs alone.
    let own = inputs.encoded(
      by: layer[.encoder], bias: layer[.encoderBias].storage, selecting: .above(layer.thresholds), workers
    ).selected.keepingFirstFeature
    #expect(own == marked)
  }

  @Test("A narrowed layer keeps the features that write most, and loses nothing when all are kept")
  func narrowing() {
    var random = SplitMix64(seed: 7)
    let inputs = random.matrix(2000, width)
    let outputs = random.matrix(2000, width)
    var layer = ClosedFormStart(configuration: configuration, workers: workers)
      .layer(inputs: inputs, outputs: outputs, span: 1, seed: 1)
    #expect(layer.narrowed(to: 48, over: inputs, workers) == layer)
    for feature in [3, 30] {
      layer.parameters[LayerState.Part.decoder.rawValue][row: feature] =
        [Float](repeating: 0, count: width)[...]
    }
    let narrow = layer.narrowed(to: 46, over: inputs, workers)
    #expect(narrow[.encoder] == layer[.encoder].picking(rows: (0..<48).filter { $0 != 3 && $0 != 30 }))
    let difference = given(narrow, inputs) - given(layer, inputs)
    #expect(difference.storage.allSatisfy { abs($0) < 1e-5 })
  }
}

extension SparseActivations {
  /// The positions where feature 0 is active.
  fileprivate var keepingFirstFeature: [Int] {
    zip(features, positions).filter { $0.0 == 0 }.map { Int($0.1) }
  }
}
