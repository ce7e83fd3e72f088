import LinearAlgebra
import Testing
import TranscoderTraining
import _TestSupport

@Suite("Steps of training")
struct TrainingStepTests {
  static let runs = ["plt-batchtopk", "clt-jumprelu", "clt-topk", "clt-relu"]

  @Test("Five steps are those of PyTorch's autograd and Adam", arguments: runs)
  func twin(_ name: String) throws {
    let run = try TwinRun.read(name)
    var layers = run.layers
    for (step, expected) in run.steps.enumerated() {
      let parts = try TrainingStep(run.batch, &layers, number: step, run.training, Workers(count: 2)).parts
      #expect(abs(parts.reconstruction - expected.reconstruction) < 1e-4, "step \(step)")
      #expect(abs(parts.sparsity - expected.sparsity) < 1e-5, "step \(step)")
      #expect(abs(parts.preActivation - expected.preActivation) < 1e-5, "step \(step)")
      #expect(abs(parts.auxiliary - expected.auxiliary) < 1e-5, "step \(step)")
    }
    for (index, (layer, expected)) in zip(layers, run.end).enumerated() {
      for part in LayerState.Part.allCases {
        let difference = Difference(
          layer[part], expected.parameters[part.rawValue], absolute: 2e-4, relative: 1e-3)
        #expect(difference == nil, "layer \(index), \(part): \(difference?.description ?? "")")
      }
      #expect(Difference(layer.density, expected.density, absolute: 1e-5) == nil)
    }
  }

  @Test("Gradients are those of finite differences", arguments: runs)
  func finiteDifferences(_ name: String) throws {
    let run = try TwinRun.read(name)
    let workers = Workers(count: 1)
    // The rest that AuxK explains counts as given: its loss moves with ŷ where its gradient does not.
    var configuration = run.training
    configuration.auxiliaryK = 0
    let loss = { [configuration] (layers: [LayerState]) in
      var layers = layers
      return BatchLoss(run.batch, &layers, k: 3, sparsity: 0.05, configuration, workers)
    }
    let base = loss(run.layers)
    var compared = 0
    for index in run.layers.indices {
      let gradients = base.gradients(index, run.layers[index]).matrices
      // Thresholds have a straight-through gradient, which is no derivative.
      for part in LayerState.Part.allCases where part != .threshold {
        for (place, expected) in gradients[part.rawValue].storage.enumerated() where place % 7 == 0 {
          let change = difference(part, place, index, run, loss)
          guard let change else { continue }
          compared += 1
          #expect(
            abs(change - Double(expected)) < 2e-3 + 0.02 * abs(change), "\(part) \(place) of layer \(index)")
        }
      }
    }
    #expect(compared > 50)
  }

  /// The central difference quotient; nil where what is active changes on the way.
  private func difference(
    _ part: LayerState.Part, _ place: Int, _ index: Int, _ run: TwinRun,
    _ loss: @escaping ([LayerState]) -> BatchLoss
  ) -> Double? {
    let reach: Float = 5e-3
    let moved = { (by: Float) in
      var layers = run.layers
      var values = layers[index][part].storage
      values[place] += by
      layers[index].parameters[part.rawValue] = Matrix(
        rows: layers[index][part].rows, columns: layers[index][part].columns, storage: values)
      return loss(layers)
    }
    let (up, down) = (moved(reach), moved(-reach))
    let active = { (loss: BatchLoss) in
      loss.selections.map { selection in
        zip(selection.active.features, selection.active.values).map { $1 > 0 ? $0 : -1 }
      }
    }
    guard active(up) == active(down) else { return nil }
    return (up.parts.total - down.parts.total) / Double(2 * reach)
  }

  @Test("Steps are the same bits whatever the number of threads")
  func threads() throws {
    let run = try TwinRun.read("clt-jumprelu")
    var (one, three) = (run.layers, run.layers)
    for step in 0..<3 {
      _ = try TrainingStep(run.batch, &one, number: step, run.training, Workers(count: 1))
      _ = try TrainingStep(run.batch, &three, number: step, run.training, Workers(count: 3))
    }
    #expect(one == three)
  }

  @Test("Numbers out of range stop the step with one sentence")
  func divergence() throws {
    let run = try TwinRun.read("clt-relu")
    var layers = run.layers
    layers[1].parameters[LayerState.Part.decoder.rawValue].scale(by: .infinity)
    #expect(throws: TrainingError.self) {
      try TrainingStep(run.batch, &layers, number: 0, run.training, Workers(count: 1))
    }
  }
}
