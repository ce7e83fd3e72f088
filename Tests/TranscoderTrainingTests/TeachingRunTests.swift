import Foundation
import LinearAlgebra
import Testing
import TranscoderTraining
import Transcoders
import Transformers
import _TestSupport

@Suite("Runs that teach from end to end")
struct TeachingRunTests {
  let folder: String
  let source: TranscoderTrainer.Source

  init() throws {
    folder = FileManager.default.temporaryDirectory.path + "/teaching-\(UInt64.random(in: 0...UInt64.max))"
    let model = try LanguageModel(path: Golden.path("tiny/llama/model"))
    let words = ["the", "cat", "sat", "on", "a", "mat", "and", "saw", "two", "big", "dogs", "run"]
    var random = SplitMix64(seed: 6)
    let documents = (0..<120).map { _ in
      (0..<40).map { _ in words[Int.random(in: 0..<words.count, using: &random)] }.joined(separator: " ")
    }
    source = .init(model: model, corpus: TextCorpus(documents: documents), firstToken: 1)
  }

  private var configuration: TrainingConfiguration {
    var configuration = TrainingConfiguration()
    (configuration.features, configuration.k, configuration.batch) = (24, 4, 64)
    (configuration.roundTokens, configuration.context, configuration.stage) = (1024, 16, .kl)
    return configuration
  }

  private func trainer(_ configuration: TrainingConfiguration, workers: Int = 2) throws -> TranscoderTrainer {
    try #require(
      try TranscoderTrainer(
        configuration, source, workers: Workers(count: workers), report: { _ in }, shouldStop: { false }))
  }

  @Test("Teaching brings the predictions of the replacement model closer to the model's")
  func divergence() throws {
    var settings = configuration
    (settings.tokens, settings.learningRate) = (64 * 60, 2e-3)
    var run = try trainer(settings)
    let before = try #require(try run.advance())
    while try run.advance() != nil {}
    let set = try #require(try run.transcoders(name: "taught", modelName: nil))
    settings.tokens = 0
    var start = try trainer(settings)
    let untaught = try #require(try start.transcoders(name: "untaught", modelName: nil))
    var stream = ContextStream(
      source.corpus, tokenizer: source.model.tokenizer, first: 1, length: 16, seed: 9)
    let contexts = (0..<40).compactMap { _ in stream.next() }
    let numbers = try [untaught, set].map {
      try TranscoderEvaluation($0, of: source.model.transformer, contexts: contexts, Workers(count: 2))
    }
    #expect(numbers[1].divergence < 0.85 * numbers[0].divergence)
    #expect(numbers[1].agreement > numbers[0].agreement)
    // The loss that training tells is the evaluation's.
    #expect(abs((before.divergence ?? 0) / numbers[0].divergence - 1) < 0.3)
  }

  @Test(
    "A run that is stopped and resumed writes the same bytes, with any number of threads",
    arguments: [TrainingConfiguration.Activation.batchtopk, .topk, .jumprelu])
  func resume(_ activation: TrainingConfiguration.Activation) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var settings = configuration
    (settings.activation, settings.tokens) = (activation, 64 * 7)
    var whole = try trainer(settings)
    while try whole.advance() != nil {}
    try whole.save(to: folder + "/whole")
    var first = try trainer(settings, workers: 1)
    for _ in 0..<3 { _ = try first.advance() }
    // Transcoders may be asked for on the way.
    _ = try first.transcoders(name: "early", modelName: nil)
    _ = try first.advance()
    try first.save(to: folder + "/part")
    var second = try TranscoderTrainer(
      resuming: folder + "/part", source, workers: Workers(count: 3), shouldStop: { false })
    #expect(second.step == 4)
    while try second.advance() != nil {}
    try second.save(to: folder + "/part")
    #expect(
      FileManager.default.contentsEqual(
        atPath: folder + "/whole/state.safetensors", andPath: folder + "/part/state.safetensors"))
    for (name, var run) in [("a", whole), ("b", second)] {
      try #require(try run.transcoders(name: "set", modelName: nil)).write(to: folder + "/" + name)
    }
    for name in try FileManager.default.contentsOfDirectory(atPath: folder + "/a") {
      #expect(
        FileManager.default.contentsEqual(atPath: folder + "/a/" + name, andPath: folder + "/b/" + name))
    }
  }

  @Test("Numbers of a run are written and told; a batch below a context is refused")
  func metrics() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var settings = configuration
    settings.tokens = 64 * 3
    var run = try TrainingRun(trainer(settings), folder: folder, name: "set", modelName: "tiny")
    var told: [TrainingRun.Progress] = []
    #expect(try run.run { told.append($0) } == .completed)
    #expect(told.last?.parts.divergence ?? 0 > 0 && told.last?.parts.agreement != nil)
    let line = try String(contentsOfFile: folder + "/metrics.jsonl", encoding: .utf8)
    #expect(line.contains("\"divergence\":") && line.contains("\"agreement\":"))
    settings.batch = 8
    #expect(throws: TrainingError.self) { try settings.check() }
  }
}
