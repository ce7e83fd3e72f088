public import Attribution
import CircuitGraphs
public import FeatureDashboards
public import ReplacementModels
import Tokenizers
public import Transcoders
public import Transformers

/// How far a trace has come.
public enum TraceProgress: Sendable {
  /// A phase begins.
  case phase(String)
  /// Features are being expanded.
  case expansion(AttributionProgress)
}

/// A trace from prompt to pruned graph, step by step, each step timed: what `trace` and the page call.
public struct PromptTrace: Sendable {
  /// How it is traced.
  public let settings: TraceSettings
  /// The transcoders, nil for neurons.
  public let transcoders: TranscoderSet?
  /// The model.
  public let model: LanguageModel
  /// What the model reads.
  public let tokens: [Int]
  /// Looks labels up in the features' dashboards.
  public let labels: @Sendable ([FeatureName]) -> [FeatureName: String]
  private var clock: PhaseClock

  /// Describes a trace; the model can read the tokens.
  ///
  /// - Parameters:
  ///   - clock: Goes on counting.
  ///   - labels: What the dashboards call features; those that it leaves out are described by what they write.
  public init(
    _ settings: TraceSettings, transcoders: TranscoderSet?, model: LanguageModel, tokens: [Int],
    clock: PhaseClock = PhaseClock(),
    labels: @escaping @Sendable ([FeatureName]) -> [FeatureName: String] = { _ in [:] }
  ) {
    self.settings = settings
    self.transcoders = transcoders
    self.model = model
    self.tokens = tokens
    self.labels = labels
    self.clock = clock
  }

  private var usesNeurons: Bool { transcoders == nil }

  /// Traces the prompt.
  ///
  /// - Parameter progress: Is told how far it has come; what it throws ends the work.
  /// - Throws: `PromptError` for targets that make no sense and for a damaged model, `TranscoderError` for transcoders
  ///   that do not fit.
  public func run(progress: (TraceProgress) throws -> Void = { _ in }) throws -> TracedPrompt {
    var clock = clock
    try progress(.phase("features"))
    let local = try localModel()
    clock.lap("features")
    return try run(on: local, clock, progress)
  }

  /// Traces a local replacement model of the tokens that is there already.
  public func run(
    on local: LocalReplacementModel, progress: (TraceProgress) throws -> Void = { _ in }
  ) throws -> TracedPrompt {
    precondition(local.tokens == tokens, "the local replacement model of another prompt")
    return try run(on: local, clock, progress)
  }

  private func run(
    on local: LocalReplacementModel, _ clock: PhaseClock, _ progress: (TraceProgress) throws -> Void
  ) throws -> TracedPrompt {
    var clock = clock
    guard local.logits.allSatisfy(\.isFinite) else {
      throw PromptError("The model's logits are not numbers: its weights are damaged; fetch the model again.")
    }
    try progress(.phase("targets"))
    let targets = try targets(local.logits)
    clock.lap("targets")
    try progress(.phase("attribution"))
    let result = try Attributor(options: settings.attribution(neurons: usesNeurons)).attribute(
      local, targets: targets
    ) {
      try progress(.expansion($0))
    }
    clock.lap("attribution")
    try progress(.phase("pruning"))
    let scores = GraphScores(result.graph)
    let pruned = result.graph.prune(
      nodeThreshold: settings.nodeShare, edgeThreshold: settings.edgeShare(neurons: usesNeurons),
      convention: settings.convention, limits: settings.limits)
    clock.lap("pruning")
    try progress(.phase("labels"))
    let labels = FeatureLabels(local, pruned, model.tokenizer, named: storedLabels(pruned))
    clock.lap("labels")
    return TracedPrompt(
      settings: settings, local: local, attribution: result, targets: targets, scores: scores, pruned: pruned,
      labels: labels, transcoderName: transcoders?.name ?? "neurons", usesNeurons: usesNeurons,
      prompt: model.tokenizer.decode(tokens),
      next: NextTokens(tokens: tokens, logits: local.logits, tokenizer: model.tokenizer), seconds: clock)
  }

  /// The labels that the features have in their dashboards.
  private func storedLabels(_ graph: PrunedGraph) -> [FeatureName: String] {
    let nodes = graph.keptNodes.prefix { $0 < graph.layout.features.count }
    let names = nodes.map { graph.layout.features[$0] }.map { FeatureName(layer: $0.layer, index: $0.index) }
    return labels(Set(names).sorted())
  }

  /// The prompt's local replacement model in the basis asked for.
  private func localModel() throws -> LocalReplacementModel {
    if let transcoders { return try LocalReplacementModel(model.transformer, transcoders, tokens: tokens) }
    var failure: (any Error)?
    let local = LocalReplacementModel(
      neuronsOf: model.transformer, count: settings.candidateNeurons, tokens: tokens
    ) { logits in
      do {
        return try targets(logits).map { OutputReading(direction: $0.direction, weight: $0.weight) }
      } catch {
        failure = error
        return []
      }
    }
    if let failure { throw failure }
    return local
  }

  private func targets(_ logits: [Float]) throws(PromptError) -> [AttributionTarget] {
    let tokenizer = model.tokenizer
    let chooser = TargetChooser(model.transformer, logits: logits) { tokenizer.piece($0) }
    var ids: [Int] = []
    for target in settings.targets { ids.append(try id(of: target)) }
    if let minus = settings.minus, let target = ids.first {
      let other = try id(of: minus)
      guard other != target else {
        throw PromptError("The target and the token to compare with are the same token.")
      }
      return [chooser.difference(target, minus: other)]
    }
    guard Set(ids).count == ids.count else { throw PromptError("The targets name a token twice.") }
    return ids.isEmpty
      ? chooser.salient(count: settings.maxLogits, mass: settings.logitMass) : chooser.tokens(ids)
  }

  private func id(of target: TraceSettings.Target) throws(PromptError) -> Int {
    switch target {
    case .text(let text): return try model.tokenID(text)
    case .id(let id):
      let count = model.transformer.configuration.dVocab
      guard (0..<count).contains(id) else {
        throw PromptError("There is no token \(id): the model's token ids go from 0 to \(count - 1).")
      }
      return id
    }
  }
}
