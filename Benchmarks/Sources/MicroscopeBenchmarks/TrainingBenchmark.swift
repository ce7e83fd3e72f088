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
    /// The rate at which rows of active features are added up, GFLOP/s.
    var rowRate: Double
    /// Forward pass and encoders at the rate of products, active features at that of rows.
    var floorTokensPerSecond: Double
    var shareOfFloor: Double
    /// The same share when active features, too, are taken at the rate of products, which memory does not allow.
    var shareOfProductFloor: Double
    /// Processor time over threads times time: what training and harvest at once could not use better.
    var processorShare: Double
  }

  func run() throws {
    let source = TranscoderTrainer.Source(
      model: try LanguageModel(path: model), corpus: try TextCorpus(paths: text), firstToken: 0)
    var rows: [Row] = []
    for count in features {
      for precision in precision {
        rows.append(try row(count, precision, source))
      }
    }
    try printJSON(rows)
  }

  private func row(
    _ features: Int, _ precision: TrainingConfiguration.Precision, _ source: TranscoderTrainer.Source
  ) throws -> Row {
    let transformer = source.model.transformer
    let workers = Workers(count: threads, precision: precision == .exact ? .exact : .bfloat16)
    let rates = {
      (BLASCheck.rate(workers), rowRate(features, width: transformer.configuration.dModel, workers))
    }
    // While nothing else of this process runs: before training and after it.
    let before = rates()
    let (speed, processorShare) = try train(features, precision, source)
    let after = rates()
    let (gemmRate, gatherRate) = ((before.0 + after.0) / 2, (before.1 + after.1) / 2)
    let flops = flopsPerToken(transformer, features)
    let floor = 1e9 / (flops.products / gemmRate + flops.rows / gatherRate)
    return Row(
      features: features, precision: precision.rawValue, tokensPerSecond: speed, gemmRate: gemmRate,
      rowRate: gatherRate, floorTokensPerSecond: floor, shareOfFloor: speed / floor,
      shareOfProductFloor: speed * (flops.products + flops.rows) / gemmRate / 1e9,
      processorShare: processorShare)
  }

  /// Trains, and returns the median tokens per second and share of the processors' time.
  private func train(
    _ features: Int, _ precision: TrainingConfiguration.Precision, _ source: TranscoderTrainer.Source
  ) throws -> (speed: Double, processorShare: Double) {
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
    var (seconds, processor): ([Double], [Double]) = ([], [])
    for _ in 0..<periods {
      let (start, used) = (ContinuousClock.now, clock())
      for _ in 0..<8 { _ = try trainer.advance() }
      seconds.append((ContinuousClock.now - start) / .seconds(1))
      processor.append(Double(clock() - used) / Double(CLOCKS_PER_SEC))
    }
    return (
      Double(8 * settings.batch) / median(seconds),
      median(zip(processor, seconds).map { $0 / $1 / Double(workers.count) })
    )
  }

  /// Multiply-adds, doubled, of one token: the model's products and attention and X · W_encᵀ; and what active features take,
  /// decoding, its derivatives and two gradients.
  private func flopsPerToken(_ transformer: Transformer, _ features: Int) -> (products: Double, rows: Double)
  {
    let sizes = transformer.configuration
    let layers = Double(sizes.layerCount)
    let attention = layers * 2 * Double(context * sizes.headCount * sizes.dHead)
    let encoders = layers * 2 * Double(sizes.dModel * features)
    return (
      2 * Double(transformer.weights.blockNumberCount) + attention + encoders,
      layers * 2 * Double(sizes.dModel * 4 * k)
    )
  }

  /// The rate at which each position's k rows, of features drawn at random, are added up, GFLOP/s: the best of some runs.
  private func rowRate(_ features: Int, width: Int, _ workers: Workers) -> Double {
    var random = SplitMix64(seed: 1)
    let positions = 4096
    let drawn = (0..<positions).flatMap { _ in
      (0..<k).map { _ in Int32.random(in: 0..<Int32(features), using: &random) }.sorted()
    }
    let active = SparseActivations(
      featureCount: features, starts: (0...positions).map { $0 * k }, features: drawn,
      values: drawn.map { _ in 0.5 })
    let decoder = Matrix(rows: features, columns: width, repeating: 0.25)
    let source = DecoderSource(activations: active, decoder: decoder, span: 1, offset: 0)
    var sums = Matrix(rows: positions, columns: width)
    let best = (0..<12).map { _ in ContinuousClock().measure { sums.add(decoded: [source], workers) } }.min()
    return 2 * Double(positions * k * width) / ((best ?? .seconds(1)) / .seconds(1)) / 1e9
  }
}

extension TrainingConfiguration.Precision: @retroactive ExpressibleByArgument {}
