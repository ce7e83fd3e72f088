public import CircuitGraphs
import LinearAlgebra
import Transcoders
public import Transformers

/// The engine as a service: answers requests about one model, and keeps the unmodified run of the latest prompt.
public struct InterventionSession: Sendable {
  /// A graph whose prediction runs are compared with, and whose supernodes can be named.
  public struct Graph: Sendable {
    /// The graph of the prompt.
    public var graph: AttributionGraph
    /// Its named groups.
    public var supernodes: [Supernode]

    /// Joins a graph with its groups.
    public init(graph: AttributionGraph, supernodes: [Supernode]) {
      self.graph = graph
      self.supernodes = supernodes
    }
  }

  /// The model.
  public let transformer: Transformer
  /// What can be changed.
  public let basis: any SteerableBasis
  /// The graph of the prompt, or nil.
  public var graph: Graph?
  /// Where a prompt ends: a generated token of these ends the text.
  public var stops: Set<Int>
  private let decode: @Sendable ([Int]) -> String
  private var engine: InterventionEngine?

  /// Serves a model.
  ///
  /// - Parameter decode: Turns tokens into text.
  public init(
    _ transformer: Transformer, _ basis: any SteerableBasis, graph: Graph? = nil, stops: Set<Int> = [],
    decode: @escaping @Sendable ([Int]) -> String
  ) {
    self.transformer = transformer
    self.basis = basis
    self.graph = graph
    self.stops = stops
    self.decode = decode
  }

  /// Runs an experiment.
  ///
  /// - Parameters:
  ///   - progress: Is told how far it has come; returning false cancels.
  /// - Throws: `InterventionError`.
  public mutating func respond(
    to request: InterventionRequest, progress: (InterventionProgress) -> Bool = { _ in true }
  ) throws(InterventionError) -> InterventionResponse {
    guard progress(.clean) else { throw .cancelled }
    let engine = try engine(for: request.tokens)
    let interventions = try all(request)
    let before = engine.unmodified
    let after = try engine.run(interventions, patching: request.patching)
    guard progress(.runs(done: 1, of: 1)) else { throw .cancelled }
    let watched = watched(request, before, after)
    return try InterventionResponse(
      interventions: interventions, candidates: candidates(watched.all, before, after),
      activations: activations(interventions, request.patching, before, after),
      comparison: comparison(interventions, before, after),
      text: text(request, interventions, engine, progress),
      sweep: sweep(request, interventions, engine, watched.pair, progress))
  }

  /// The engine of a prompt, made when the prompt changes.
  public mutating func engine(for tokens: [Int]) throws(InterventionError) -> InterventionEngine {
    if let engine, engine.tokens == tokens { return engine }
    let made = try InterventionEngine(transformer, basis, tokens: tokens)
    engine = made
    return made
  }

  /// All changes that a request asks for: its own, its supernodes' members', its donor's.
  public func all(_ request: InterventionRequest) throws(InterventionError) -> [Intervention] {
    var result = request.interventions
    for change in request.supernodes {
      guard change.factor.isFinite else { throw .notFinite("The factor for \(change.supernode)") }
      result += try members(of: change.supernode).map {
        Intervention($0.0, at: .at($0.1), .scale(change.factor))
      }
    }
    if let donor = request.donor {
      let source = try InterventionEngine(transformer, basis, tokens: donor.tokens)
      result += try source.donations(donor.copies, to: request.tokens, mapping: donor.mapping)
    }
    return result
  }

  /// The parts of the model that a supernode's members are, with their positions.
  private func members(of name: String) throws(InterventionError) -> [(InterventionTarget, Int)] {
    guard let graph else { throw .noGraph }
    guard let supernode = graph.supernodes.first(where: { $0.name == name }) else {
      throw .noSuchSupernode(name, known: graph.supernodes.map(\.name))
    }
    return supernode.members.compactMap { $0.target }
  }

  private func activations(
    _ interventions: [Intervention], _ patching: Patching, _ before: InterventionOutcome,
    _ after: InterventionOutcome
  ) throws(InterventionError) -> [InterventionResponse.Activation] {
    var sites: [FeatureSite] = []
    for case (.feature(let layer, let index), let slice) in interventions.map({ ($0.target, $0.positions) }) {
      for position in try slice.positions(in: before.inputs[0].rows) {
        sites.append(FeatureSite(layer: layer, position: position, index: index))
      }
    }
    let ordered = Set(sites).sorted()
    let plan = try InterventionPlan(interventions, positionCount: before.inputs[0].rows, basis: basis)
    let values = zip(before.activations(of: ordered), after.activations(of: ordered))
    return zip(ordered, values).map { site, values in
      let current = patching.isIterative ? values.1 : values.0
      let delta = plan.change(of: site)?.delta(clean: values.0, current: current) ?? 0
      return .init(
        target: "\(site.layer)/\(site.index)", position: site.position, before: values.0,
        imposed: current + delta, read: values.1)
    }
  }

  private func comparison(
    _ interventions: [Intervention], _ before: InterventionOutcome, _ after: InterventionOutcome
  ) throws(InterventionError) -> Comparison? {
    guard let graph else { return nil }
    let layout = graph.graph.layout
    let plan = try InterventionPlan(interventions, positionCount: before.inputs[0].rows, basis: basis)
    var changes: [Int: Float] = [:]
    for change in plan.contributions {
      guard let node = layout.index(of: change.node) else { continue }
      let activation = layout.featureRange.contains(node) ? graph.graph.activations[node] : 1
      guard activation != 0 else { continue }
      changes[node] = change.change.delta(clean: activation, current: activation) / activation
    }
    return Comparison(
      graph.graph, graph.supernodes, changes: changes, before: before, after: after, piece: piece)
  }

  func piece(_ token: Int) -> String { decode([token]) }

  func decoded(_ tokens: [Int]) -> String { decode(tokens) }
}

extension InterventionPlan {
  /// What is asked for, as nodes of a graph.
  fileprivate var contributions: [(node: Node, change: Change)] {
    let features = layers.enumerated().flatMap { layer, asked in
      asked.changes.map { change in
        let feature = FeatureNode(
          layer: layer, position: change.position, index: asked.indices[change.column])
        return (node: Node.feature(feature), change: change.change)
      }
    }
    let errors = errors.enumerated().flatMap { layer, changes in
      changes.map { (Node.error(layer: layer, position: $0.position), Change(base: .scale($0.factor))) }
    }
    return features + errors + tokens.map { (.token(position: $0.position), Change(base: .scale($0.factor))) }
  }
}

extension Node {
  /// The part of the model that a node stands for, and its position; nil for an output.
  fileprivate var target: (InterventionTarget, Int)? {
    switch self {
    case .feature(let feature): (.feature(layer: feature.layer, index: feature.index), feature.position)
    case .error(let layer, let position): (.error(layer: layer), position)
    case .token(let position): (.token, position)
    case .logit: nil
    }
  }
}
