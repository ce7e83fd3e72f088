import Foundation
import LinearAlgebra
import Tokenizers
import Transformers

/// Writes the dashboards of a corpus that was read, layer by layer.
struct DashboardWriting {
  private let builder: DashboardBuilder
  private let passages: [Passage]
  private let tally: CorpusTally
  private let work: BuildFolder

  init(_ builder: DashboardBuilder, _ passages: [Passage], _ tally: CorpusTally, _ work: BuildFolder) {
    self.builder = builder
    self.passages = passages
    self.tally = tally
    self.work = work
  }

  /// Writes what is missing; nil when it was asked to stop.
  func run(progress: (_ layers: Int) -> Void, shouldStop: () -> Bool) throws -> DashboardStore? {
    let store = try openStore()
    let coactivity = Coactivity(
      tally.layers, positions: store.info.positionCount, limit: builder.settings.listLength)
    let coactive = coactivity.lists(builder.workers)
    let scale = usualNormScale()
    for layer in tally.layers where try store.featureCount(layer: layer.layer) < layer.featureCount {
      progress(layer.layer)
      guard !shouldStop() else {
        try store.close()
        return nil
      }
      try store.write(dashboards(layer, store.info.positionCount, coactive, normScale: scale))
    }
    progress(tally.layers.count)
    return store
  }

  /// The store with all passages in it.
  private func openStore() throws -> DashboardStore {
    if FileManager.default.fileExists(atPath: work.store.path),
      let store = try? DashboardStore(work.store, identity: nil), try store.passageCount() == passages.count
    {
      return store
    }
    try DashboardStore.remove(work.store)
    let tokenizer = builder.source.model.tokenizer
    let texts = (0..<tokenizer.vocabularySize).map { tokenizer.piece($0) }
    let store = try DashboardStore(creating: work.store, info: builder.info(passages), texts: texts)
    try store.write(passages)
    return store
  }

  /// The mean denominator of the final norm over the first passages.
  private func usualNormScale() -> Float {
    let scales = passages.prefix(4).flatMap { passage in
      builder.transformer.run(passage.tokens, recording: [HookPoint(.finalNormScale)], logits: .last)
        .activations[.finalNormScale]?.storage.dropFirst() ?? []
    }
    return Float(scales.reduce(0.0) { $0 + Double($1) } / Double(max(1, scales.count)))
  }

  private func dashboards(
    _ layer: LayerTally, _ positions: Int, _ coactive: [FeatureName: [CoactiveFeature]], normScale: Float
  ) -> [FeatureDashboard] {
    let (transformer, workers, count) = (builder.transformer, builder.workers, builder.settings.listLength)
    let directions = LayerDirections(builder.source.basis, layer: layer.layer, transformer, workers)
    let effects = DirectLogitEffects(transformer)
    let direct = effects.effects(of: directions.written, normScale: nil, count: count, workers)
    let normed = effects.effects(of: directions.written, normScale: normScale, count: count, workers)
    let embedding = TokenScan(table: transformer.weights.embedding, workers: workers).effects(
      of: directions.read, count: count)
    return workers.map(Array(0..<layer.featureCount)) { feature in
      var dashboard = layer.dashboard(feature, passages, positions: positions)
      dashboard.logitEffects = direct[feature]
      dashboard.normedLogitEffects = normed[feature]
      dashboard.embeddingEffects = embedding[feature]
      dashboard.decoderNorms = directions.norms[feature]
      dashboard.coactive = coactive[dashboard.name] ?? []
      return dashboard
    }
  }
}
