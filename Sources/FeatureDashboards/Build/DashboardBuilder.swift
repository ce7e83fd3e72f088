public import Foundation
public import LinearAlgebra
public import TranscoderTraining
public import Transcoders
public import Transformers

/// Reads a corpus once with a model and makes the dashboards of all its features.
///
/// 1. The text is cut into passages, in an order that the seed determines.
/// 2. For some passages at a time: the model runs over them, the features' activations are computed layer by layer, and each
///    layer's tally takes them in. Neither activations nor text beyond these is held.
/// 3. From time to time the tallies are saved, so that a build which was stopped goes on from there.
/// 4. When all is read, co-active features, logit and embedding effects are computed, and the store is written layer by layer.
///
/// The result is the same, bit for bit, for any number of workers and however often the build was stopped.
public struct DashboardBuilder {
  /// What is read, and by whom.
  public struct Source: Sendable {
    var model: LanguageModel
    var modelName: String
    var basis: DashboardBasis
    var corpus: TextCorpus
    var corpusName: String
    var first: Int?

    /// Names the parts.
    ///
    /// - Parameter first: The token that begins each passage; nil for none.
    public init(
      model: LanguageModel, modelName: String, basis: DashboardBasis, corpus: TextCorpus, corpusName: String,
      first: Int?
    ) {
      self.model = model
      self.modelName = modelName
      self.basis = basis
      self.corpus = corpus
      self.corpusName = corpusName
      self.first = first
    }
  }

  /// How far a build is.
  public struct Progress: Sendable {
    /// What is being done.
    public enum Phase: Sendable {
      /// Steps 1 to 3; the count is of tokens.
      case reading
      /// Step 4; the count is of layers.
      case writing
    }
    /// What is being done.
    public var phase: Phase
    /// How much of it is done.
    public var done: Int
    /// How much there is.
    public var total: Int
    /// The tokens of this run that were read for each second of it.
    public var tokensPerSecond: Double
    /// The same for the forward passes alone.
    public var forwardTokensPerSecond: Double
  }

  /// How a build ended.
  public enum Outcome: Sendable {
    /// The store is there.
    case completed(Progress)
    /// It was asked to stop; the same call goes on.
    case stopped
  }

  let source: Source
  let settings: DashboardSettings
  let workers: Workers
  /// The time after which the tallies are saved.
  public var secondsBetweenCheckpoints = 120.0

  /// Prepares a build; transcoders must fit the model.
  public init(_ source: Source, _ settings: DashboardSettings, _ workers: Workers) throws(TranscoderError) {
    try source.basis.check(source.model.transformer)
    self.source = source
    self.settings = settings
    self.workers = workers
  }

  var transformer: Transformer { source.model.transformer }

  /// Builds a store, or goes on with a build that was stopped.
  ///
  /// What is not complete lies beside the store, in a folder of the same name and `.partial`. A store that is there already
  /// gets the new dashboards at once, when all are made, and keeps its labels.
  ///
  /// - Parameter finish: Adds to the complete store, such as labels; a new one appears afterwards.
  public func build(
    to file: URL, progress: (Progress) -> Void, shouldStop: () -> Bool = { false },
    finish: (DashboardStore) throws -> Void = { _ in }
  ) throws -> Outcome {
    let passages = try passages()
    let work = BuildFolder(beside: file, key: key(passages))
    try work.make()
    var pass = try CorpusPass(self, passages, work)
    guard try pass.run(progress: progress, shouldStop: shouldStop) else { return .stopped }
    let writing = DashboardWriting(self, passages, pass.tally, work)
    guard
      let store = try writing.run(
        progress: { progress(pass.progress(.writing, done: $0, total: pass.tally.layers.count)) },
        shouldStop: shouldStop)
    else { return .stopped }
    try work.finish(store, at: file, finish)
    return .completed(pass.progress(.reading, done: 0, total: passages.count * settings.contextLength))
  }

  /// Cuts the text.
  package func passages() throws(DashboardError) -> [Passage] {
    var stream = ContextStream(
      source.corpus, tokenizer: source.model.tokenizer, first: source.first, length: settings.contextLength,
      seed: settings.seed)
    var passages: [Passage] = []
    while passages.count < settings.passageCount, let context = stream.nextContext(repeating: false) {
      passages.append(
        Passage(id: passages.count, tokens: context.tokens, documents: context.documents.map { $0 ?? -1 }))
    }
    guard !passages.isEmpty else {
      throw .tooLittleText(tokens: stream.place.pending.count, wanted: settings.contextLength)
    }
    return passages
  }

  /// What the numbers depend on.
  private func key(_ passages: [Passage]) -> String {
    let text = passages.reduce(UInt64(0)) { hash, passage in
      passage.tokens.reduce(hash) { MixedBits.mix($0 ^ UInt64($1)) }
    }
    return
      "1 \(source.basis.identity(transformer)) \(settings) \(source.first ?? -1) \(passages.count) \(text)"
  }

  /// Describes the store of these passages.
  func info(_ passages: [Passage]) -> DashboardInfo {
    let batch = PassageBatch(passages[...], first: source.first, seed: 0)
    return DashboardInfo(
      identity: source.basis.identity(transformer), basis: source.basis.name, model: source.modelName,
      featureCounts: source.basis.featureCounts(transformer), corpus: source.corpusName,
      tokenCount: passages.count * settings.contextLength, positionCount: batch.isCounted.count { $0 },
      selection: settings.selection)
  }

  /// Passages that are read together: so many that all layers' activations take at most 256 MB.
  var batchPassages: Int {
    let width = transformer.configuration.layerCount * source.basis.width(transformer)
    return max(1, min(16, (1 << 26) / max(1, width * settings.contextLength)))
  }
}
