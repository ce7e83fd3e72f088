import ArgumentParser
import Foundation
import LinearAlgebra
import SpecimenTraining

/// Measures the training of a small transformer beside its products alone and beside the floor, in turn.
///
/// All but the tokens a second are ratios of processor time, which other programs of the machine hardly change.
struct SpecimenBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "specimens")

  @Option(help: "Blocks.")
  var layers = 4

  @Option(parsing: .upToNextOption, help: "Widths of the residual stream; the MLP is four times as wide.")
  var width = [96, 128, 192, 256]

  @Option(help: "Query heads.")
  var heads = 4

  @Option(help: "Words.")
  var vocabulary = 512

  @Option(help: "Tokens of a sequence that are read.")
  var tokens = 24

  @Option(help: "Sequences of a step.")
  var sequences = 128

  @Option(help: "Steps that are measured; the median counts.")
  var steps = 15

  @Option(help: "Worker threads.")
  var threads: Int?

  private struct Row: Encodable {
    var width: Int
    var tokensPerSecond: Double
    /// Processor time over threads times time.
    var processorShare: Double
    /// The time of a step's products alone, over that of the step.
    var productShare: Double
    /// The rate of a step's products alone, GFLOP/s of a processor.
    var productRate: Double
    /// The rate of a typical large product, GFLOP/s of a processor.
    var gemmRate: Double
    var productRateOfGEMM: Double
    /// The time of a step over that of its products at the rate of a large one.
    var ratioToFloor: Double
  }

  /// Random words, every prediction counts.
  private struct Words: SequenceSource {
    var count: Int
    var vocabulary: Int

    func sequence(_ index: Int, seed: UInt64) -> TrainingSequence {
      var random = SplitMix64(seed: seed &+ UInt64(index))
      return TrainingSequence(tokens: (0...count).map { _ in Int.random(in: 0..<vocabulary, using: &random) })
    }
  }

  func run() throws { try printJSON(width.map(measure)) }

  private func measure(_ width: Int) throws -> Row {
    var settings = TransformerTrainingSettings(
      layers: layers, dModel: width, heads: heads, dMLP: 4 * width, vocabularySize: vocabulary,
      contextLength: tokens + 1, steps: steps + 3, sequencesPerStep: sequences)
    settings.stepsPerLine = 1
    let workers = Workers(count: threads)
    let folder =
      FileManager.default.temporaryDirectory.path + "/specimens-\(UInt64.random(in: 0...UInt64.max))"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var trainer = try TransformerTrainer(
      settings, source: Words(count: tokens, vocabulary: vocabulary), folder: folder, workers: workers)
    let products = StepProducts(settings, tokens: tokens * sequences)
    var (time, whole, alone, large): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
    var last = clock()
    _ = try trainer.run(progress: { progress in
      let step = worked(since: last)
      // The first steps find cold memory.
      if progress.step > 3 {
        time.append(Double(tokens * sequences) / progress.tokensPerSecond)
        whole.append(step)
        alone.append(products.processorSeconds(workers))
        large.append(largeProduct(workers))
      }
      last = clock()
    })
    let (step, own, rate) = (median(whole), median(alone), median(large))
    let ownRate = products.operations / own / 1e9
    return Row(
      width: width, tokensPerSecond: Double(tokens * sequences) / median(time),
      processorShare: step / median(time) / Double(workers.count), productShare: own / step,
      productRate: ownRate, gemmRate: rate, productRateOfGEMM: ownRate / rate,
      ratioToFloor: step * rate * 1e9 / products.operations)
  }

  /// The rate of 2048 × 576 by 576 × 576, GFLOP/s of a processor.
  private func largeProduct(_ workers: Workers) -> Double {
    let x = Matrix(rows: 2048, columns: 576, repeating: 0.5)
    let w = Matrix(rows: 576, columns: 576, repeating: 0.25)
    let start = clock()
    for _ in 0..<4 { _ = x.times(w, workers) }
    return 4 * 2 * 2048 * 576 * 576 / worked(since: start) / 1e9
  }
}

/// The time that all threads of the process have worked.
private func worked(since start: clock_t) -> Double {
  Double(clock() - start) / Double(CLOCKS_PER_SEC)
}

/// The products of a step without anything between them.
private struct StepProducts {
  /// Rows, inputs and outputs of each map, and how often it is used.
  private let maps: [(inputs: Int, outputs: Int, count: Int)]
  private let shards: [Int]
  /// Floating-point operations: forward, and backward to inputs and to weights.
  let operations: Double

  init(_ settings: TransformerTrainingSettings, tokens: Int) {
    let joined = (settings.heads + 2 * settings.kvHeads) * settings.dHead
    maps = [
      (settings.dModel, joined, settings.layers),
      (settings.heads * settings.dHead, settings.dModel, settings.layers),
      (settings.dModel, 2 * settings.dMLP, settings.layers),
      (settings.dMLP, settings.dModel, settings.layers),
      (settings.dModel, settings.vocabularySize, 1),
    ]
    let count = max(1, 2 * (tokens / 1024))
    shards = (0..<count).map { (($0 + 1) * tokens) / count - ($0 * tokens) / count }
    operations = maps.reduce(0) { $0 + 6 * Double(tokens * $1.inputs * $1.outputs * $1.count) }
  }

  /// The time that all threads work on them.
  func processorSeconds(_ workers: Workers) -> Double {
    let work = maps.map { map in
      (
        map.count, Matrix(rows: map.outputs, columns: map.inputs, repeating: 0.5),
        shards.map { Matrix(rows: $0, columns: map.inputs, repeating: 0.25) },
        shards.map { Matrix(rows: $0, columns: map.outputs, repeating: 0.125) },
        shards.map { Matrix(rows: map.outputs, columns: $0, repeating: 0.125) }
      )
    }
    let one = Workers(count: 1)
    let start = clock()
    _ = workers.map(Array(shards.indices)) { shard in
      for (count, weight, inputs, outputs, transposed) in work {
        for _ in 0..<count {
          _ = inputs[shard].times(transposed: weight, one)
          _ = outputs[shard].times(weight, one)
          _ = transposed[shard].times(inputs[shard], one)
        }
      }
      return shard
    }
    return worked(since: start)
  }
}
