public import LinearAlgebra
import ReplacementModels
public import Transcoders
public import Transformers

/// One prompt on which interventions are tried.
///
/// The unmodified run is made once. An intervention then runs only what it can change: the layers from the first one
/// touched on, at the positions from the first one touched on; everything below and before is the unmodified run's.
public struct InterventionEngine: Sendable {
  /// The model.
  public let transformer: Transformer
  /// What can be changed.
  public let basis: any SteerableBasis
  let clean: CleanPass

  /// Runs the model on a prompt.
  ///
  /// - Throws: `InterventionError.unfit` when the features do not fit the model, `.brokenResult` when its logits are
  ///   not numbers.
  public init(_ transformer: Transformer, _ basis: any SteerableBasis, tokens: [Int])
    throws(InterventionError)
  {
    do {
      try (basis as? TranscoderSet)?.check(fits: transformer)
    } catch {
      throw .unfit(error.description)
    }
    self.transformer = transformer
    self.basis = basis
    clean = CleanPass(transformer, basis, tokens: tokens)
    guard clean.logits.allSatisfy(\.isFinite) else { throw .brokenResult("A logit of the unmodified run") }
  }

  /// The prompt.
  public var tokens: [Int] { clean.tokens }
  /// The number of positions.
  public var positionCount: Int { tokens.count }

  /// The unmodified run, with what features read in it.
  public var unmodified: InterventionOutcome {
    InterventionOutcome(
      logits: clean.logits, inputs: clean.activations.matrices(basis.input.hook), basis: basis,
      workers: transformer.workers)
  }

  /// Runs the prompt with interventions.
  ///
  /// - Parameters:
  ///   - interventions: The changes; their order does not matter.
  ///   - patching: How they spread.
  ///   - observing: Whether to keep what features read, so that activations can be asked for.
  /// - Throws: `InterventionError` for an address or amount that makes no sense here, or a result that is no number.
  public func run(
    _ interventions: [Intervention], patching: Patching = .iterative(freezesAttention: true),
    observing: Bool = true
  ) throws(InterventionError) -> InterventionOutcome {
    try check(patching)
    let plan = try InterventionPlan(interventions, positionCount: positionCount, basis: basis)
    let outcome =
      patching.isDirect(layerCount: basis.layerCount)
      ? directEffects(plan, patching) : continued(plan, patching, observing: observing).outcome
    guard outcome.logits.allSatisfy(\.isFinite) else { throw .brokenResult("A logit") }
    return outcome
  }

  /// Refuses layers that the model does not have.
  func check(_ patching: Patching) throws(InterventionError) {
    guard case .constrained(let layers) = patching else { return }
    for layer in [layers.lowerBound, layers.upperBound] where !(0..<basis.layerCount).contains(layer) {
      throw .noSuchLayer(layer, layerCount: basis.layerCount)
    }
  }

  /// Runs what a plan can change; also returns the keys and values, to generate from.
  func continued(
    _ plan: InterventionPlan, _ patching: Patching, observing: Bool
  ) -> (outcome: InterventionOutcome, cache: KeyValueCache) {
    guard let first = plan.firstLayer, let position = plan.firstPosition else {
      return (unmodified, clean.cache)
    }
    let positions = position..<positionCount
    var cache = clean.cache.rewound(toPosition: position, from: first)
    var steering = Steering(
      basis, transformer.workers, plan, patching, clean: clean, positions: positions)
    let pass = transformer.run(
      Array(tokens[positions]), stream: stream(before: first, positions, plan), from: first,
      continuing: &cache, recording: recording(observing, plan, from: first), logits: .last,
      editing: &steering)
    let outcome = InterventionOutcome(
      logits: pass.logits.storage, inputs: observing ? inputs(pass.activations, positions) : [], basis: basis,
      workers: transformer.workers)
    return (outcome, cache)
  }

  /// The residual stream before a layer, with changed tokens.
  private func stream(before layer: Int, _ positions: Range<Int>, _ plan: InterventionPlan) -> Matrix {
    var stream = clean.rows(.residPre, layer, positions)
    let brought = transformer.embeddings(plan.tokens.map { tokens[$0.position] })
    for (row, change) in plan.tokens.enumerated() {
      stream.add(
        brought[row: row], scaledBy: change.factor - 1, toRow: change.position - positions.lowerBound)
    }
    return stream
  }

  /// The places that a modified run must record: what changed features read, and all of them when observed.
  func recording(_ observing: Bool, _ plan: InterventionPlan, from first: Int) -> Set<HookPoint> {
    let layers = (first..<basis.layerCount).filter { layer in
      observing || !plan.layers[layer].changes.isEmpty || basis.skip(layer: layer) != nil
    }
    return Set(layers.map { HookPoint(basis.input.hook, layer: $0) })
  }

  /// What features read in a modified run: where it did not run, what they read in the unmodified one.
  private func inputs(_ activations: ActivationCache, _ positions: Range<Int>) -> [Matrix] {
    (0..<basis.layerCount).map { layer in
      guard let run = activations[basis.input.hook, layer] else {
        return clean.rows(basis.input.hook, layer, 0..<positionCount)
      }
      return clean.rows(basis.input.hook, layer, 0..<positions.lowerBound).appendingRows(of: run)
    }
  }
}

/// What a run under interventions gives.
public struct InterventionOutcome: Sendable {
  /// The logits at the last position.
  public let logits: [Float]
  /// What features read at each layer, `[positions, dModel]`; empty when not observed.
  public let inputs: [Matrix]
  private let basis: any SteerableBasis
  private let workers: Workers

  init(logits: [Float], inputs: [Matrix], basis: any SteerableBasis, workers: Workers) {
    self.logits = logits
    self.inputs = inputs
    self.basis = basis
    self.workers = workers
  }

  /// Returns all active features, as the model recomputes them.
  public func features() -> FeatureActivations { basis.activations(inputs: inputs, workers) }

  /// Returns the activations of some features.
  ///
  /// - Parameter sites: The features, in any order; at position 0 they are 0.
  public func activations(of sites: [FeatureSite]) -> [Float] {
    var values = [Float](repeating: 0, count: sites.count)
    let byLayer = Dictionary(grouping: sites.indices) { sites[$0].layer }
    for (layer, places) in byLayer {
      let indices = Set(places.map { sites[$0].index }).sorted()
      let columns = Dictionary(uniqueKeysWithValues: zip(indices, indices.indices))
      let read = basis.activations(layer: layer, of: indices, input: inputs[layer], workers)
      for place in places where sites[place].position > 0 {
        values[place] = read[sites[place].position, columns[sites[place].index] ?? 0]
      }
    }
    return values
  }
}
