import LinearAlgebra
import Testing
import TranscoderTraining
import _TestSupport

/// The gradients that are none of the loss itself, against the differences of what they are gradients of.
@Suite("Gradients of surrogates")
struct SurrogateTests {
  let run: TwinRun
  let workers = Workers(count: 1)

  init() throws { run = try TwinRun.read("clt-jumprelu") }

  private func loss(_ configuration: TrainingConfiguration, _ layers: [LayerState]) -> BatchLoss {
    var layers = layers
    return BatchLoss(run.batch, &layers, k: 3, sparsity: 0.05, configuration, workers)
  }

  /// Pre-activations, `[positions, features]`.
  private func pre(_ index: Int, _ layer: LayerState) -> Matrix {
    var h = run.batch.inputs(index, workers).times(transposed: layer[.encoder], workers)
    h.add(toEveryRow: layer[.encoderBias].storage)
    return h
  }

  /// What activations `[positions, features]` of all layers add to the output of one.
  private func written(_ activations: [Matrix], _ target: Int, _ layers: [LayerState]) -> Matrix {
    let sources = (0...target).filter { target - $0 < layers[$0].span }
    return sources.reduce(Matrix(rows: activations[0].rows, columns: 6)) { sum, source in
      let (span, decoder) = (layers[source].span, layers[source][.decoder])
      let rows = (0..<layers[source].thresholds.count).map { $0 * span + target - source }
      return sum + activations[source].times(decoder.picking(rows: rows), workers)
    }
  }

  /// Σ factors/2 · ‖row‖².
  private func weighted(_ errors: Matrix, _ factors: [Float]) -> Double {
    zip(errors.rowSquares(workers), factors).reduce(0) { $0 + Double($1.0) * Double($1.1) / 2 }
  }

  @Test("AuxK has the gradient of how well dead features fit a rest that is given")
  func auxiliary() throws {
    var without = run.training
    without.auxiliaryK = 0
    let (base, plain) = (loss(run.training, run.layers), loss(without, run.layers))
    let rests = base.residuals.map { Matrix(rows: $0.rows, columns: $0.columns) - $0 }
    let surrogate = { (layers: [LayerState]) -> Double in
      let activations = layers.indices.map { index in
        let (h, chosen) = (pre(index, layers[index]), base.selections[index].auxiliary)
        var dense = Matrix(rows: h.rows, columns: h.columns)
        for row in 0..<h.rows {
          for entry in chosen.range(row) {
            let feature = Int(chosen.features[entry])
            dense[row, feature] = h[row, feature]
          }
        }
        return dense
      }
      return layers.indices.reduce(0) { sum, target in
        sum + Double(run.training.auxiliaryWeight)
          * weighted(written(activations, target, layers) - rests[target], base.factors[target])
      }
    }
    #expect(abs(surrogate(run.layers) - base.parts.auxiliary) < 1e-5)
    var largest = 0.0
    for index in run.layers.indices {
      let (all, others) = (
        base.gradients(index, run.layers[index]), plain.gradients(index, run.layers[index])
      )
      for part in [LayerState.Part.encoder, .encoderBias, .decoder] {
        let expected = all.matrices[part.rawValue] - others.matrices[part.rawValue]
        for (place, value) in expected.storage.enumerated() where place % 5 == 0 || part == .encoderBias {
          let change = slope(of: surrogate, part, place, index)
          largest = max(largest, abs(change))
          #expect(
            abs(change - Double(value)) < 1e-3 + 0.01 * abs(change), "\(part) \(place) of layer \(index)")
        }
      }
    }
    #expect(largest > 0.01)
  }

  @Test("A threshold has the gradient of the loss with a ramp, half a band to each side, in the step's place")
  func thresholds() throws {
    var configuration = run.training
    configuration.auxiliaryK = 0
    let base = loss(configuration, run.layers)
    let reach = run.bandwidth
    let surrogate = { (layers: [LayerState]) -> Double in
      var sum = 0.0
      let activations = layers.indices.map { index in
        let (h, start, moved) = (
          pre(index, layers[index]), run.layers[index].thresholds, layers[index].thresholds
        )
        var dense = Matrix(rows: h.rows, columns: h.columns)
        for row in 0..<h.rows {
          for feature in 0..<h.columns {
            let (value, threshold) = (h[row, feature], start[feature])
            let ramp = { (at: Float) in min(1, max(0, (value - at) / reach + 0.5)) }
            dense[row, feature] =
              (value > threshold ? value : 0) + threshold * (ramp(moved[feature]) - ramp(threshold))
            guard base.selections[index].dead.contains(Int32(feature)) else { continue }
            sum += Double(configuration.preActivation * max(0, moved[feature] - value)) / Double(h.rows)
          }
        }
        return dense
      }
      for target in layers.indices {
        sum += weighted(
          predicted(activations, target, layers) - run.batch.outputs(target, workers), base.factors[target])
        let norms = norms(layers[target])
        for row in 0..<activations[target].rows {
          for feature in norms.indices {
            let slope = configuration.sparsitySlope * norms[feature] / Float(6).squareRoot()
            sum +=
              0.05 * Double((slope * activations[target][row, feature]).hyperbolicTangent)
              / Double(activations[target].rows)
          }
        }
      }
      return sum
    }
    #expect(abs(surrogate(run.layers) - base.parts.total) < 1e-4)
    var largest = 0.0
    for index in run.layers.indices {
      let gradient = base.gradients(index, run.layers[index]).matrices[LayerState.Part.threshold.rawValue]
      for (place, value) in gradient.storage.enumerated() {
        let change = slope(of: surrogate, .threshold, place, index)
        largest = max(largest, abs(change))
        #expect(abs(change - Double(value)) < 2e-3 + 0.02 * abs(change), "feature \(place) of layer \(index)")
      }
    }
    #expect(largest > 0.01)
  }

  private func predicted(_ activations: [Matrix], _ target: Int, _ layers: [LayerState]) -> Matrix {
    var sum =
      written(activations, target, layers)
      + run.batch.inputs(target, workers).times(transposed: layers[target][.skip], workers)
    sum.add(toEveryRow: layers[target][.decoderBias].storage)
    return sum
  }

  private func norms(_ layer: LayerState) -> [Float] {
    let squares = layer[.decoder].rowSquares(workers)
    return layer.thresholds.indices.map { feature in
      squares[feature * layer.span..<(feature + 1) * layer.span].reduce(0, +).squareRoot()
    }
  }

  /// The central difference quotient of a function of the layers.
  private func slope(
    of value: @escaping ([LayerState]) -> Double, _ part: LayerState.Part, _ place: Int, _ index: Int
  ) -> Double {
    let step: Float = 1e-3
    let moved = { (by: Float) in
      var layers = run.layers
      let old = layers[index][part]
      var values = old.storage
      values[place] += by
      layers[index].parameters[part.rawValue] = Matrix(rows: old.rows, columns: old.columns, storage: values)
      return value(layers)
    }
    return (moved(step) - moved(-step)) / Double(2 * step)
  }
}
