import LinearAlgebra
public import Transformers

extension InterventionEngine {
  /// Continues the prompt under interventions, reading each token once.
  ///
  /// Open-ended interventions also apply to the generated tokens. Those read attention and MLPs as they come:
  /// patching concerns the prompt.
  ///
  /// - Parameters:
  ///   - count: The most tokens to add.
  ///   - choice: How tokens are chosen.
  ///   - random: Where draws come from; a greedy choice takes none.
  ///   - next: Receives each token with the logits that it was chosen by; returning false ends the continuation.
  /// - Returns: The tokens added.
  @discardableResult
  public func generate(
    _ interventions: [Intervention], patching: Patching = .iterative(freezesAttention: true), count: Int,
    choice: TokenChoice = .greedy, using random: inout some RandomNumberGenerator,
    next: (_ token: Int, _ logits: [Float]) -> Bool = { _, _ in true }
  ) throws(InterventionError) -> [Int] {
    let plan = try InterventionPlan(interventions, positionCount: positionCount, basis: basis)
    try check(patching)
    guard !patching.isDirect(layerCount: basis.layerCount) || plan.isEmpty else { throw .noText }
    var (outcome, cache) = continued(plan, patching, observing: false)
    var logits = outcome.logits
    var added: [Int] = []
    while added.count < count {
      guard logits.allSatisfy(\.isFinite) else { throw .brokenResult("A logit") }
      let token = choice.token(logits, using: &random)
      added.append(token)
      guard next(token, logits), cache.positionCount < transformer.configuration.contextLength else { break }
      guard added.count < count else { break }
      logits = try read(token, interventions, &cache)
    }
    return added
  }

  /// Reads a generated token under the open-ended interventions and returns its logits.
  private func read(
    _ token: Int, _ interventions: [Intervention], _ cache: inout KeyValueCache
  ) throws(InterventionError) -> [Float] {
    let position = cache.positionCount
    let plan = try InterventionPlan(interventions, generatedAt: position, basis: basis)
    var stream = transformer.stream(of: [token], firstPosition: position)
    for change in plan.tokens {
      stream.add(transformer.embeddings([token])[row: 0], scaledBy: change.factor - 1, toRow: 0)
    }
    var steering = Steering(
      basis, transformer.workers, plan, .iterative(freezesAttention: false), clean: nil,
      positions: position..<position + 1)
    return transformer.run(
      [token], stream: stream, from: 0, continuing: &cache,
      recording: recording(false, plan, from: 0), logits: .last, editing: &steering
    ).logits.storage
  }
}
