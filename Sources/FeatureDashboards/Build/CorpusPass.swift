import Foundation
import LinearAlgebra
import Transformers

/// The one way through the text.
struct CorpusPass {
  private let builder: DashboardBuilder
  private let passages: [Passage]
  private let work: BuildFolder
  private(set) var tally: CorpusTally
  /// Each worker runs a passage of its own.
  private let single: Transformer
  private let clock = ContinuousClock()
  private var seconds = (all: 0.0, forward: 0.0, sinceCheckpoint: 0.0)
  private var tokens = 0

  /// Begins, or goes on from what is saved.
  init(_ builder: DashboardBuilder, _ passages: [Passage], _ work: BuildFolder) throws {
    self.builder = builder
    self.passages = passages
    self.work = work
    let counts = builder.source.basis.featureCounts(builder.transformer)
    tally =
      try CorpusTally.saved(
        in: work.checkpoint, key: work.key, featureCounts: counts, builder.settings)
      ?? CorpusTally(featureCounts: counts, builder.settings)
    single = Transformer(
      configuration: builder.transformer.configuration, weights: builder.transformer.weights,
      workers: Workers(count: 1, precision: builder.workers.precision))
  }

  /// Reads what is left; false when it was asked to stop.
  mutating func run(
    progress: (DashboardBuilder.Progress) -> Void, shouldStop: () -> Bool
  ) throws -> Bool {
    let start = tally.passageCount
    while tally.passageCount < passages.count {
      guard !shouldStop() else {
        try save()
        return false
      }
      let range = tally.passageCount..<min(passages.count, tally.passageCount + builder.batchPassages)
      let took = try clock.measure { try read(range) } / .seconds(1)
      seconds.all += took
      seconds.sinceCheckpoint += took
      tally.passageCount = range.upperBound
      tokens += range.count * builder.settings.contextLength
      let length = builder.settings.contextLength
      progress(self.progress(.reading, done: range.upperBound * length, total: passages.count * length))
      if seconds.sinceCheckpoint > builder.secondsBetweenCheckpoints { try save() }
    }
    if start < passages.count { try save() }
    return true
  }

  /// How far this is.
  func progress(_ phase: DashboardBuilder.Progress.Phase, done: Int, total: Int) -> DashboardBuilder.Progress
  {
    let rate = { (seconds: Double) in seconds > 0 ? Double(tokens) / seconds : 0 }
    return DashboardBuilder.Progress(
      phase: phase, done: done, total: total, tokensPerSecond: rate(seconds.all),
      forwardTokensPerSecond: rate(seconds.forward))
  }

  private mutating func save() throws {
    try tally.save(to: work.checkpoint, key: work.key)
    seconds.sinceCheckpoint = 0
  }

  /// Runs the model over some passages and takes in what its features do.
  private mutating func read(_ range: Range<Int>) throws(DashboardError) {
    let batch = PassageBatch(
      passages[range], first: builder.source.first, seed: builder.settings.seed)
    let (basis, workers) = (builder.source.basis, builder.workers)
    let layers = 0..<tally.layers.count
    let hooks = Set(layers.map { HookPoint(basis.hook, layer: $0) })
    var recorded: [ActivationCache] = []
    let forward = clock.measure {
      recorded = workers.map(Array(passages[range])) { [single] passage in
        single.run(passage.tokens, recording: hooks, logits: .none).activations
      }
    }
    seconds.forward += forward / .seconds(1)
    if let last = layers.last {
      for (place, cache) in recorded.enumerated() where cache[basis.hook, last]?.isFinite == false {
        throw .notFinite(layer: last, passage: range.lowerBound + place)
      }
    }
    let activations = layers.map { layer in
      basis.activations(
        layer: layer, Matrix(stacking: recorded.compactMap { $0[basis.hook, layer] }), workers)
    }
    if let layer = activations.firstIndex(where: { !$0.values.allSatisfy(\.isFinite) }) {
      throw .notFinite(layer: layer, passage: range.lowerBound)
    }
    let tallies = tally.layers
    workers.forEach(layers.count) { tallies[$0].absorb(activations[$0], batch) }
  }
}
