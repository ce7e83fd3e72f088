import Foundation
import LinearAlgebra
import Testing
import TranscoderTraining
import Transcoders
import Transformers
import _TestSupport

@Suite("Fine-tuning on the replacement model")
struct FineTuningTests {
  let folder: String
  let source: TranscoderTrainer.Source

  init() throws {
    folder = FileManager.default.temporaryDirectory.path + "/tuning-\(UInt64.random(in: 0...UInt64.max))"
    let model = try LanguageModel(path: Golden.path("tiny/llama/model"))
    let words = ["the", "cat", "sat", "on", "a", "mat", "and", "saw", "two", "big", "dogs", "run"]
    var random = SplitMix64(seed: 5)
    let documents = (0..<200).map { _ in
      (0..<40).map { _ in words[Int.random(in: 0..<words.count, using: &random)] }.joined(separator: " ")
    }
    source = .init(model: model, corpus: TextCorpus(documents: documents), firstToken: 1)
  }

  private var configuration: TrainingConfiguration {
    var configuration = TrainingConfiguration()
    (configuration.features, configuration.k, configuration.batch) = (24, 4, 32)
    (configuration.roundTokens, configuration.tokens, configuration.context) = (128, 0, 16)
    return configuration
  }

  private func trainer(_ configuration: TrainingConfiguration, from start: TranscoderSet? = nil) throws
    -> TranscoderTrainer
  {
    try #require(
      try TranscoderTrainer(
        configuration, source, start: start, workers: Workers(count: 2), report: { _ in },
        shouldStop: { false }))
  }

  private func evaluated(_ set: TranscoderSet) throws -> TranscoderEvaluation {
    var stream = ContextStream(
      source.corpus, tokenizer: source.model.tokenizer, first: 1, length: 16, seed: 9)
    let contexts = (0..<40).compactMap { _ in stream.next() }
    return try TranscoderEvaluation(set, of: source.model.transformer, contexts: contexts, Workers(count: 2))
  }

  @Test("The refit and the steps after it bring the replacement model closer to the model")
  func divergence() throws {
    var settings = configuration
    settings.roundTokens = 2048
    var plain = try trainer(settings)
    let before = try #require(try plain.transcoders(name: "before", modelName: nil))
    settings.stage = .replaced
    var refit = try trainer(settings, from: before)
    let refitted = try #require(try refit.transcoders(name: "refitted", modelName: nil))
    settings.tokens = 4096
    settings.learningRate = 1e-4
    var tuning = try trainer(settings, from: before)
    while try tuning.advance() != nil {}
    let tuned = try #require(try tuning.transcoders(name: "tuned", modelName: nil))
    let numbers = try [before, refitted, tuned].map(evaluated)
    #expect(numbers[1].divergence < numbers[0].divergence)
    #expect(numbers[2].divergence < numbers[0].divergence)
    // The refit leaves the encoders as they were.
    for (a, b) in zip(before.transcoders, refitted.transcoders) {
      let all = Array(0..<24)
      #expect(
        Difference(a.encoder.readVectors(all), b.encoder.readVectors(all), absolute: 1e-4, relative: 1e-4)
          == nil)
    }
  }

  @Test(
    "A run that is stopped and resumed writes the same bytes, within a round and between two",
    arguments: [(3, TrainingConfiguration.Kind.perLayer), (4, .perLayer), (6, .crossLayer)])
  func resume(_ stop: Int, _ kind: TrainingConfiguration.Kind) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var settings = configuration
    (settings.kind, settings.stage, settings.tokens) = (kind, .replaced, 32 * 10)
    var whole = try trainer(settings)
    while try whole.advance() != nil {}
    try whole.save(to: folder + "/whole")
    var first = try trainer(settings)
    for _ in 0..<stop {
      _ = try first.advance()
      try first.save(to: folder + "/part")
    }
    var second = try TranscoderTrainer(
      resuming: folder + "/part", source, workers: Workers(count: 1), shouldStop: { false })
    while try second.advance() != nil {}
    try second.save(to: folder + "/part")
    #expect(
      FileManager.default.contentsEqual(
        atPath: folder + "/whole/state.safetensors", andPath: folder + "/part/state.safetensors"))
    // Only the last step's transcoders are kept.
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/part").count == 2)
  }

  @Test("A checkpoint from before a setting existed opens with its default")
  func olderCheckpoint() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try trainer(configuration).save(to: folder)
    let file = URL(filePath: folder + "/state.safetensors")
    var bytes = try Data(contentsOf: file)
    let key = Data(#"\"stage\":\"clean\","#.utf8)
    let place = try #require(bytes.range(of: key))
    bytes.replaceSubrange(place, with: Data(repeating: 0x20, count: key.count))
    try bytes.write(to: file)
    let resumed = try TranscoderTrainer(
      resuming: folder, source, workers: Workers(count: 1), shouldStop: { false })
    #expect(resumed.configuration == configuration)
  }

  @Test("A correction before a norm is refused")
  func refused() throws {
    var settings = configuration
    (settings.stage, settings.output) = (.replaced, FeatureOutput.mlpRawOut.rawValue)
    #expect(throws: TrainingError.self) { try settings.check() }
    settings.correction = 0
    try settings.check()
  }

  @Test("Ablation loses more than transcoders do, and what is recovered is their ratio")
  func ablation() throws {
    var settings = configuration
    settings.roundTokens = 2048
    var plain = try trainer(settings)
    let set = try #require(try plain.transcoders(name: "set", modelName: nil))
    let result = try evaluated(set)
    let share =
      (result.zeroCrossEntropy - result.replacedCrossEntropy)
      / (result.zeroCrossEntropy - result.crossEntropy)
    #expect(abs(result.recoveredFromZero - share) < 1e-9)
    #expect((0...1).contains(result.unsureAgreement) && result.unsurePositions <= result.positions)
    // A set without features that gives nothing is zero ablation.
    var constant = set
    for layer in constant.transcoders.indices {
      constant.transcoders[layer].thresholds = Array(repeating: .infinity, count: 24)
      constant.transcoders[layer].decoderBias = Array(repeating: 0, count: source.model.width)
    }
    let zero = try evaluated(constant)
    #expect(abs(zero.recoveredFromZero) < 1e-6)
    #expect(abs(zero.replacedCrossEntropy - result.zeroCrossEntropy) < 1e-6)
  }
}

extension LanguageModel {
  fileprivate var width: Int { transformer.configuration.dModel }
}
