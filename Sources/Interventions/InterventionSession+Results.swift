import CircuitGraphs
import LinearAlgebra
import Transcoders
import Transformers

extension InterventionSession {
  /// The tokens to report, and the two that a sweep follows: the most probable ones without and with interventions.
  func watched(
    _ request: InterventionRequest, _ before: InterventionOutcome, _ after: InterventionOutcome
  ) -> (all: [Int], pair: [Int]) {
    let known = request.watch.filter { before.logits.indices.contains($0) }
    let (top, topAfter) = (before.largest(6), after.largest(6))
    var all: [Int] = []
    for token in known + top + topAfter where !all.contains(token) { all.append(token) }
    guard known.count < 2 else { return (all, known) }
    let first = known.first ?? top[0]
    let second = (topAfter + top).first { $0 != first } ?? first
    return (all, [first, second])
  }

  func candidates(
    _ tokens: [Int], _ before: InterventionOutcome, _ after: InterventionOutcome
  ) -> [InterventionResponse.Candidate] {
    let shares = (before.probabilities(of: tokens), after.probabilities(of: tokens))
    return tokens.enumerated().map { place, token in
      .init(
        id: token, piece: piece(token), logitBefore: before.logits[token], logitAfter: after.logits[token],
        probabilityBefore: shares.0[place], probabilityAfter: shares.1[place])
    }
  }

  func text(
    _ request: InterventionRequest, _ interventions: [Intervention], _ engine: InterventionEngine,
    _ progress: (InterventionProgress) -> Bool
  ) throws(InterventionError) -> InterventionResponse.Text? {
    guard let generation = request.generation else { return nil }
    let before = try continuation(generation, [], request.patching, engine) { _ in progress(.clean) }
    let after = try continuation(generation, interventions, request.patching, engine) { progress(.token($0)) }
    return .init(
      before: decoded(before), after: decoded(after), tokensBefore: before, tokensAfter: after)
  }

  private func continuation(
    _ generation: InterventionRequest.Generation, _ interventions: [Intervention], _ patching: Patching,
    _ engine: InterventionEngine, next: (Int) -> Bool
  ) throws(InterventionError) -> [Int] {
    var random = SplitMix64(seed: generation.seed)
    var isCancelled = false
    let tokens = try engine.generate(
      interventions, patching: patching, count: generation.count, choice: generation.choice, using: &random
    ) { token, _ in
      isCancelled = !next(token)
      return !isCancelled && !stops.contains(token)
    }
    guard !isCancelled else { throw .cancelled }
    return tokens.last.map(stops.contains) == true ? tokens.dropLast() : tokens
  }

  func sweep(
    _ request: InterventionRequest, _ interventions: [Intervention], _ engine: InterventionEngine,
    _ watched: [Int], _ progress: (InterventionProgress) -> Bool
  ) throws(InterventionError) -> InterventionResponse.SweepResult? {
    guard let sweep = request.sweep else { return nil }
    // Those that the sweep itself sets have nothing to tell.
    let supernodes = (graph?.supernodes ?? []).filter { supernode in
      !request.supernodes.contains { $0.supernode == supernode.name }
    }
    let clean = engine.unmodified.sums(supernodes)
    var points: [InterventionResponse.Point] = []
    var isCancelled = false
    try engine.sweep(sweep, interventions, patching: request.patching, observing: !supernodes.isEmpty) {
      point in
      points.append(self.point(point, watched, supernodes, clean))
      isCancelled = !progress(.runs(done: points.count, of: sweep.count))
      return !isCancelled
    }
    guard !isCancelled else { throw .cancelled }
    return .init(
      name: sweep.name, watched: watched.map { .init(id: $0, piece: piece($0)) },
      supernodes: supernodes.map(\.name), points: points,
      crossover: crossover(
        values: points.map(\.value), differences: points.map { $0.logits[0] - ($0.logits.last ?? 0) },
        from: sweep.start))
  }

  private func point(
    _ point: SweepPoint, _ watched: [Int], _ supernodes: [Supernode], _ clean: [Float]
  ) -> InterventionResponse.Point {
    let top = point.outcome.largest(1)[0]
    return .init(
      value: point.value, logits: watched.map { point.outcome.logits[$0] },
      probabilities: point.outcome.probabilities(of: watched), top: top, topPiece: piece(top),
      supernodes: zip(point.outcome.sums(supernodes), clean).map { $1 == 0 ? 0 : $0 / $1 })
  }
}

extension Sweep {
  /// The number of runs.
  var count: Int {
    switch self {
    case .factor(let factors): factors.count
    case .endLayer(let layers): layers.count
    }
  }

  /// Where nothing is changed, or the least.
  var start: Float {
    switch self {
    case .factor: 1
    case .endLayer(let layers): Float(layers.lowerBound)
    }
  }
}

extension InterventionRequest.Generation {
  fileprivate var choice: TokenChoice {
    temperature > 0 ? .sampled(temperature: temperature, topP: topP) : .greedy
  }
}

extension InterventionOutcome {
  /// The tokens of the largest logits.
  func largest(_ count: Int) -> [Int] {
    Matrix(rows: 1, columns: logits.count, storage: logits).largestColumns(min(count, logits.count))[0]
  }

  /// The probabilities of some tokens.
  public func probabilities(of tokens: [Int]) -> [Float] {
    let all = softmax(logits)
    return tokens.map { all[$0] }
  }

  /// The summed activation of each supernode's features.
  func sums(_ supernodes: [Supernode]) -> [Float] {
    supernodes.map { supernode in
      let sites = supernode.members.compactMap { node -> FeatureSite? in
        guard case .feature(let feature) = node else { return nil }
        return FeatureSite(layer: feature.layer, position: feature.position, index: feature.index)
      }
      return activations(of: sites).reduce(0, +)
    }
  }
}
