import Attribution
import CircuitGraphs
import FeatureDashboards
import Foundation
import GraphFiles
import LinearAlgebra
import ModelCatalogues
import ReplacementModels
import Tokenizers
import Transcoders
import Transformers

/// A trace from prompt to pruned graph, step by step, each step timed.
struct TraceJob {
  let options: TraceOptions
  /// The folder of the transcoders, nil for neurons.
  let transcoderFolder: String?
  let model: LanguageModel
  /// What people call the model.
  let modelName: String
  let tokens: [Int]
  private(set) var clock: PhaseClock

  /// What a trace gives.
  struct Result {
    var local: LocalReplacementModel
    var attribution: AttributionResult
    /// The outputs that were traced, in the graph's order.
    var targets: [AttributionTarget]
    var scores: GraphScores
    var pruned: PrunedGraph
    var labels: FeatureLabels
    var transcoderName: String
    /// The folder of the transcoders, nil for neurons.
    var transcoderFolder: String?
    var seconds: PhaseClock
  }

  private var usesNeurons: Bool { transcoderFolder == nil }

  init(
    options: TraceOptions, transcoderFolder: String?, model: LanguageModel, modelName: String, tokens: [Int],
    clock: PhaseClock
  ) {
    self.options = options
    self.transcoderFolder = transcoderFolder
    self.model = model
    self.modelName = modelName
    self.tokens = tokens
    self.clock = clock
  }

  mutating func run() throws -> Result {
    let (local, name) = try localModel()
    guard local.logits.allSatisfy(\.isFinite) else {
      throw CommandError(
        "The model's logits are not numbers: its weights are damaged; fetch the model again.")
    }
    clock.lap("features")
    let targets = try targets(local.logits)
    clock.lap("targets")
    let result = try Attributor(options: options.attribution(neurons: usesNeurons)).attribute(
      local, targets: targets
    ) {
      TraceJob.show($0)
    }
    Terminal.progress("")
    clock.lap("attribution")
    let scores = GraphScores(result.graph)
    let pruned = result.graph.prune(
      nodeThreshold: options.nodeShare, edgeThreshold: options.edgeShare(neurons: usesNeurons),
      convention: options.convention, limits: options.limits)
    clock.lap("pruning")
    let labels = FeatureLabels(local, pruned, model.tokenizer, named: storedLabels(pruned))
    clock.lap("labels")
    return Result(
      local: local, attribution: result, targets: targets, scores: scores, pruned: pruned, labels: labels,
      transcoderName: name,
      transcoderFolder: transcoderFolder, seconds: clock)
  }

  /// The labels that the features have in their dashboards; none where there are no dashboards.
  private func storedLabels(_ graph: PrunedGraph) -> [FeatureName: String] {
    do {
      let basis =
        try transcoderFolder.map { DashboardBasis.transcoders(try TranscoderSet(path: $0)) } ?? .neurons
      let subject = DashboardSubject(
        model: model, name: modelName, firstToken: .modelDefault, basis: basis, file: nil)
      guard let store = try subject.openStore() else { return [:] }
      let features = graph.keptNodes.prefix { $0 < graph.layout.features.count }.map {
        graph.layout.features[$0]
      }
      let names = Set(features.map { FeatureName(layer: $0.layer, index: $0.index) }).sorted()
      return try store.winningLabels(names).mapValues(\.text)
    } catch {
      // A trace is worth having without labels.
      Terminal.note("\(Terminal.printable("\(error)"))\n")
      return [:]
    }
  }

  private static func show(_ progress: AttributionProgress) {
    let share = (max(0, progress.coverage) * 100).rounded(to: 1)
    Terminal.progress(
      "expanded \(progress.expanded.grouped) of at most \(progress.limit.grouped) features, "
        + "which carry \(share)% of the influence")
  }

  /// The prompt's local replacement model in the basis asked for, and the basis's name.
  private mutating func localModel() throws -> (LocalReplacementModel, String) {
    if let transcoderFolder {
      let set = try TranscoderSet(path: transcoderFolder)
      clock.lap("load")
      return (try LocalReplacementModel(model.transformer, set, tokens: tokens), set.name)
    }
    var failure: (any Error)?
    let local = LocalReplacementModel(
      neuronsOf: model.transformer, count: options.candidateNeurons, tokens: tokens
    ) { logits in
      do {
        return try targets(logits).map { OutputReading(direction: $0.direction, weight: $0.weight) }
      } catch {
        failure = error
        return []
      }
    }
    if let failure { throw failure }
    return (local, "neurons")
  }

  private func targets(_ logits: [Float]) throws -> [AttributionTarget] {
    let tokenizer = model.tokenizer
    let chooser = TargetChooser(model.transformer, logits: logits) { tokenizer.piece($0) }
    let ids = try options.target.map(model.tokenID)
    if let minus = options.minus, let target = ids.first {
      let other = try model.tokenID(minus)
      guard other != target else { throw CommandError("--target and --minus are the same token.") }
      return [chooser.difference(target, minus: other)]
    }
    guard Set(ids).count == ids.count else { throw CommandError("--target names a token twice.") }
    return ids.isEmpty
      ? chooser.salient(count: options.maxLogits, mass: options.logitMass) : chooser.tokens(ids)
  }
}

/// How long each phase of a command took.
struct PhaseClock {
  private(set) var seconds: [(phase: String, seconds: Double)] = []
  private var start = ContinuousClock.now

  /// Ends a phase; time spent in a phase of the same name adds up.
  mutating func lap(_ phase: String) {
    let now = ContinuousClock.now
    let elapsed = (now - start) / .seconds(1)
    start = now
    if let index = seconds.firstIndex(where: { $0.phase == phase }) {
      seconds[index].seconds += elapsed
    } else {
      seconds.append((phase, elapsed))
    }
  }

  var total: Double { seconds.reduce(0) { $0 + $1.seconds } }
}

/// Short labels for the features of a pruned graph: those of their dashboards or, for features without one, the tokens
/// that each one's output raises most by itself.
struct FeatureLabels {
  private let named: [FeatureName: String]
  private var tokens: [FeatureNode: [String]] = [:]

  init(
    _ local: LocalReplacementModel, _ graph: PrunedGraph, _ tokenizer: Tokenizer, named: [FeatureName: String]
  ) {
    self.named = named
    let features = graph.keptNodes.prefix { $0 < graph.layout.features.count }.filter { node in
      let feature = graph.layout.features[node]
      return named[FeatureName(layer: feature.layer, index: feature.index)] == nil
    }
    let effects = DirectLogitEffects(local.transformer)
    var vectors = Matrix(rows: features.count, columns: local.transformer.configuration.dModel)
    for (row, node) in features.enumerated() {
      vectors[row: row] =
        local.written(by: graph.layout.features[node], graph.original.activations[node])[...]
    }
    for (node, top) in zip(features, effects.topTokens(of: vectors, count: 3)) {
      tokens[graph.layout.features[node]] = top.map { tokenizer.piece($0) }
    }
  }

  /// What the feature is called, else what it says, in quotes.
  subscript(_ feature: FeatureNode) -> String {
    if let name = named[FeatureName(layer: feature.layer, index: feature.index)] {
      return Terminal.printable(name)
    }
    guard let top = tokens[feature] else { return "" }
    return "says " + top.map { "‘\(Terminal.visible($0))’" }.joined(separator: " ")
  }
}

extension LocalReplacementModel {
  /// What a feature writes into the residual stream at its position, over all layers that it writes to.
  fileprivate func written(by feature: FeatureNode, _ activation: Float) -> [Float] {
    var sum = Matrix(rows: 1, columns: transformer.configuration.dModel)
    for layer in feature.layer..<layerCount {
      guard let vectors = basis.writeVectors(layer: feature.layer, outputLayer: layer) else { continue }
      let factors = pass.outputFactors(layer, hook: outputHook)
      var row = vectors.gathered([basis.writeRow(layer: feature.layer, index: feature.index)])
      row.scale(by: activation * factors.positions[feature.position])
      if let columns = factors.columns { row.scaleColumns(by: columns) }
      sum += row
    }
    return sum.storage
  }
}
