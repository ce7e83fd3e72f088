import LinearAlgebra
import ReplacementModels
import Transcoders
import Transformers

extension InterventionEngine {
  /// Runs a plan with every MLP output, attention pattern and norm denominator of the unmodified run.
  ///
  /// What is left is linear, so only the change is carried through the frozen model and added to the unmodified run.
  func directEffects(_ plan: InterventionPlan, _ patching: Patching) -> InterventionOutcome {
    let workers = transformer.workers
    let all = 0..<positionCount
    let steering = Steering(basis, workers, plan, patching, clean: clean, positions: all)
    let change = clean.frozen.propagate(
      LinearSources(embeddings: embeddingChange(plan), outputs: steering.written, biases: false),
      input: basis.input, output: basis.output, skip: basis.skip(layer:))
    let inputs = change.inputs.enumerated().map { layer, change in
      clean.rows(basis.input.hook, layer, all) + change
    }
    let logits = clean.frozen.logits(change.stream, rows: positionCount - 1..<positionCount, biases: false)
    return InterventionOutcome(
      logits: capped(uncappedLogits + logits), inputs: inputs, basis: basis, workers: workers)
  }

  private func embeddingChange(_ plan: InterventionPlan) -> Matrix? {
    guard !plan.tokens.isEmpty else { return nil }
    var change = Matrix(rows: positionCount, columns: transformer.configuration.dModel)
    let brought = transformer.embeddings(plan.tokens.map { tokens[$0.position] })
    for (row, token) in plan.tokens.enumerated() {
      change.add(brought[row: row], scaledBy: token.factor - 1, toRow: token.position)
    }
    return change
  }

  /// The unmodified logits at the last position before a soft cap, `[1, dVocab]`.
  private var uncappedLogits: Matrix {
    guard let normalized = clean.activations[.finalNormalized] else {
      preconditionFailure("the final norm was not recorded")
    }
    return transformer.uncappedLogits(normalized[rows: positionCount - 1..<positionCount])
  }

  private func capped(_ logits: Matrix) -> [Float] {
    var logits = logits
    if let cap = transformer.configuration.logitSoftCap { logits.softCap(cap) }
    return logits.storage
  }
}
