import Foundation
import LinearAlgebra
import Testing
import TranscoderTraining
import Transcoders
import Transformers
import _TestSupport

@Suite("Runs of training")
struct TrainingRunTests {
  let folder: String
  let source: TranscoderTrainer.Source

  init() throws {
    folder = FileManager.default.temporaryDirectory.path + "/training-\(UInt64.random(in: 0...UInt64.max))"
    let model = try LanguageModel(path: Golden.path("tiny/llama/model"))
    let words = ["the", "cat", "sat", "on", "a", "mat", "and", "saw", "two", "big", "dogs", "run"]
    var random = SplitMix64(seed: 3)
    let documents = (0..<60).map { _ in
      (0..<40).map { _ in words[Int.random(in: 0..<words.count, using: &random)] }.joined(separator: " ")
    }
    source = .init(model: model, corpus: TextCorpus(documents: documents), firstToken: 1)
  }

  private func configuration(_ kind: TrainingConfiguration.Kind) -> TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.kind = kind
    configuration.activation = kind == .crossLayer ? .jumprelu : .batchtopk
    configuration.skip = kind == .crossLayer
    (configuration.features, configuration.k, configuration.batch) = (24, 4, 32)
    (configuration.roundTokens, configuration.tokens, configuration.context) = (128, 32 * 10, 16)
    return configuration
  }

  private func trainer(_ configuration: TrainingConfiguration) throws -> TranscoderTrainer {
    try #require(
      try TranscoderTrainer(
        configuration, source, workers: Workers(count: 2), report: { _ in }, shouldStop: { false }))
  }

  @Test("A run that is stopped and resumed writes the same bytes", arguments: [3, 4, 7])
  func resume(_ stop: Int) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for kind in TrainingConfiguration.Kind.allCases {
      var settings = configuration(kind)
      // One of the two with everything rounded, and rows used twice.
      if kind == .crossLayer {
        (settings.precision, settings.weights, settings.passes) = (.bfloat16, .bfloat16, 2)
      }
      var whole = try trainer(settings)
      while try whole.advance() != nil {}
      try whole.save(to: folder + "/whole")
      var first = try trainer(settings)
      for _ in 0..<stop { _ = try first.advance() }
      try first.save(to: folder + "/part")
      var second = try TranscoderTrainer(
        resuming: folder + "/part", source, workers: Workers(count: 1), shouldStop: { false })
      #expect(second.step == stop)
      while try second.advance() != nil {}
      try second.save(to: folder + "/part")
      #expect(second.isComplete)
      let sets = try [
        whole.transcoders(name: "a", modelName: nil), second.transcoders(name: "a", modelName: nil),
      ]
      #expect(sets[0]?.transcoders.map(\.thresholds) == sets[1]?.transcoders.map(\.thresholds))
      #expect(
        FileManager.default.contentsEqual(
          atPath: folder + "/whole/state.safetensors", andPath: folder + "/part/state.safetensors"))
    }
  }

  @Test("What is filled ahead is what is filled when it is needed, whoever runs it", arguments: [0, 1, 3])
  func ahead(_ threads: Int) throws {
    let settings = configuration(.perLayer)
    let schedule = settings.schedule
    let workers = Workers(count: 2)
    let harvester = ActivationHarvester(source.model, settings, first: 1, memory: 0, workers)
    let sizes = source.model.transformer.configuration
    let empty = {
      ActivationRound(schedule, layerCount: sizes.layerCount, width: sizes.dModel)
    }
    var stream = ContextStream(
      source.corpus, tokenizer: source.model.tokenizer, first: 1, length: settings.context, seed: 0)
    var (plain, other) = (empty(), empty())
    for part in [0, 1, 2, 3, 0, 1] {
      let harvests = [plain, other].compactMap {
        PartHarvest(part, of: $0, from: stream, by: harvester, replacing: nil, shouldStop: { false })
      }
      try #require(harvests.count == 2)
      #expect(harvests[0].finish(Workers(count: 1)))
      // The other one's part keeps its old rows until the new ones are all there.
      let rows = Array(part * schedule.partRows..<(part + 1) * schedule.partRows)
      let before = rowsOf(other, rows)
      harvests[1].begin(threads: threads)
      #expect(harvests[1].finish(workers))
      #expect(rowsOf(other, rows) == before)
      plain.replace(part, clean: harvests[0].cleanRows)
      other.replace(part, clean: harvests[1].cleanRows)
      #expect(rowsOf(other, rows) == rowsOf(plain, rows) && rowsOf(other, rows) != before)
      #expect(harvests[0].end.place == harvests[1].end.place)
      stream = harvests[1].end
    }
    #expect(other.cleanRows == Array(0..<schedule.rows))
  }

  private func rowsOf(_ round: ActivationRound, _ rows: [Int]) -> [Matrix] {
    let shift = [Float](repeating: 0, count: source.model.transformer.configuration.dModel)
    return (round.inputs + round.outputs).map {
      $0.gathered(round.places(rows[...]), shift: shift, factor: 1, Workers(count: 1))
    }
  }

  @Test(
    "A run writes a set that opens, fits the model and unfolds to what it was",
    arguments: TrainingConfiguration.Kind.allCases)
  func export(_ kind: TrainingConfiguration.Kind) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let settings = configuration(kind)
    var run = try TrainingRun(trainer(settings), folder: folder, name: "it's a set", modelName: "tiny")
    var lines = 0
    #expect(try run.run { _ in lines += 1 } == .completed)
    #expect(lines == 1)
    let set = try TranscoderSet(circuitTracerFolder: folder)
    #expect(set.isCrossLayer == (kind == .crossLayer))
    #expect(set.name == "it's a set")
    #expect(set.activation == .jumpReLU)
    let contexts = [[1, 5, 9, 3, 7, 2, 11], [1, 4, 4, 8]]
    let result = try TranscoderEvaluation(
      set, of: source.model.transformer, contexts: contexts, Workers(count: 2))
    #expect(result.positions == 9)
    #expect(result.layers.allSatisfy { $0.unexplained.isFinite && $0.activeFeatures > 0 })
    #expect(result.divergence >= 0)
    // Begun from that set with no steps, a run writes it again.
    var again = settings
    again.tokens = 0
    again.activation = .jumprelu
    let started = try #require(
      try TranscoderTrainer(
        again, source, start: set, workers: Workers(count: 2), report: { _ in }, shouldStop: { false }))
    var copy = try TrainingRun(started, folder: folder + "/copy", name: "copy", modelName: nil)
    #expect(try copy.run { _ in } == .completed)
    let other = try TranscoderSet(circuitTracerFolder: folder + "/copy")
    for (a, b) in zip(set.transcoders, other.transcoders) {
      #expect(
        Difference(
          a.encoder.readVectors(Array(0..<24)), b.encoder.readVectors(Array(0..<24)), absolute: 1e-4,
          relative: 1e-4) == nil)
      #expect(
        Difference(a.decoders[0].widened(), b.decoders[0].widened(), absolute: 1e-4, relative: 1e-4) == nil)
      #expect(Difference(a.encoderBias, b.encoderBias, absolute: 1e-4, relative: 1e-4) == nil)
      #expect(Difference(a.decoderBias, b.decoderBias, absolute: 1e-4, relative: 1e-4) == nil)
      #expect(a.thresholds == b.thresholds)
    }
  }

  @Test("What stops before the first step leaves nothing; what stops later goes on")
  func stopping() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let none = try TranscoderTrainer(
      configuration(.perLayer), source, workers: Workers(count: 1), report: { _ in }, shouldStop: { true })
    #expect(none == nil)
  }

  @Test("Text without tokens is refused")
  func emptyText() throws {
    var empty = source
    empty.corpus = TextCorpus(documents: ["", ""])
    #expect(throws: TrainingError.self) {
      try TranscoderTrainer(
        configuration(.perLayer), empty, workers: Workers(count: 1), report: { _ in }, shouldStop: { false })
    }
  }

  @Test("A damaged checkpoint is refused in one sentence")
  func damaged() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try trainer(configuration(.perLayer)).save(to: folder)
    let file = folder + "/state.safetensors"
    let bytes = try Data(contentsOf: URL(filePath: file))
    for length in [0, 9, 400, bytes.count - 1] {
      try bytes.prefix(length).write(to: URL(filePath: file))
      #expect(throws: (any Error).self) {
        try TranscoderTrainer(
          resuming: folder, source, workers: Workers(count: 1), shouldStop: { false })
      }
    }
  }
}
