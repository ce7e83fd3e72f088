import ArgumentParser
import Foundation
import LinearAlgebra
import TranscoderTraining
import Transformers

/// Measures training, harvest included, at several numbers of features, exact and with bfloat16 products in turn.
struct TrainingBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "training")

  @Option(help: "The model.")
  var model: String

  @Option(parsing: .upToNextOption, help: "Files or folders of text.")
  var text: [String]

  @Option(parsing: .upToNextOption, help: "Features of each layer.")
  var features = [4096]

  @Option(parsing: .upToNextOption, help: "How exact products are: exact, bfloat16.")
  var precision = TrainingConfiguration.Precision.allCases

  @Option(help: "Features active at a position of a layer.")
  var k = 32

  @Option(help: "Tokens of a context.")
  var context = 128

  @Option(help: "Worker threads.")
  var threads: Int?

  @Option(help: "Periods of eight steps that are measured; the median counts.")
  var periods = 3

  private struct Row: Encodable {
    var features: Int
    var precision: String
    var tokensPerSecond: Double
    /// The rate of a typical product, GFLOP/s.
    var gemmRate: Double
    /// Forward pass, encoders and active features at that rate.
    var floorTokensPerSecond: Double
    var shareOfFloor: Double
    /// Processor time over threads times time: what training and harvest at once could not use better.
    var processorShare: Double
  }

  func run() throws {
    let source = TranscoderTrainer.Source(
      model: try LanguageModel(path: model), corpus: try TextCorpus(paths: text), firstToken: 0)
    var rows: [Row] = []
    for count in features {
      for precision in precision {
        rows.append(try measure(count, precision, source))
      }
    }
    try printJSON(rows)
  }

  private func measure(
    _ features: Int, _ precision: TrainingConfiguration.Precision, _ source: TranscoderTrainer.Source
  ) throws -> Row {
    var settings = TrainingConfiguration()
    (settings.features, settings.k, settings.context) = (features, k, context)
    (settings.precision, settings.start, settings.roundTokens) = (precision, .random, 65_536)
    // As eai-sparsify trains by default: dead features get no loss of their own.
    settings.auxiliaryK = 0
    // Steps before, of a short run that goes on behind those that are measured.
    let before = 16
    settings.tokens = settings.batch * (before + 8 * (periods + 1))
    let workers = Workers(count: threads)
    guard
      var trainer = try TranscoderTrainer(
        settings, source, workers: workers, report: { _ in }, shouldStop: { false })
    else { throw CancellationError() }
    // The first steps have no good bounds yet; then in each period a quarter of the buffer is filled and eight steps are taken.
    for _ in 0..<before { _ = try trainer.advance() }
    let products = Workers(count: threads, precision: precision == .exact ? .exact : .bfloat16)
    var (seconds, processor, rates): ([Double], [Double], [Double]) = ([], [], [])
    for _ in 0..<periods {
      let (start, used) = (ContinuousClock.now, clock())
      for _ in 0..<8 { _ = try trainer.advance() }
      seconds.append((ContinuousClock.now - start) / .seconds(1))
      processor.append(Double(clock() - used) / Double(CLOCKS_PER_SEC))
      rates.append(BLASCheck.rate(products))
    }
    let rate = median(rates)
    let tokens = Double(8 * settings.batch)
    let floor = rate * 1e9 / flopsPerToken(source.model.transformer, features)
    let speed = tokens / median(seconds)
    return Row(
      features: features, precision: precision.rawValue, tokensPerSecond: speed, gemmRate: rate,
      floorTokensPerSecond: floor, shareOfFloor: speed / floor,
      processorShare: median(zip(processor, seconds).map { $0 / $1 / Double(workers.count) }))
  }

  /// The model's products and attention; X · W_encᵀ; decoding, its derivatives and two gradients of active features.
  private func flopsPerToken(_ transformer: Transformer, _ features: Int) -> Double {
    let sizes = transformer.configuration
    let layers = Double(sizes.layerCount)
    let attention = layers * 2 * Double(context * sizes.headCount * sizes.dHead)
    return 2 * Double(transformer.weights.blockNumberCount) + attention + layers * 2 * Double(sizes.dModel)
      * Double(features + 4 * k)
  }
}

extension TrainingConfiguration.Precision: @retroactive ExpressibleByArgument {}
