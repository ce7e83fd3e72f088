/// Whose rule decides which nodes pruning may remove.
public enum PruningConvention: String, Hashable, Sendable, CaseIterable {
  /// The methods paper's: errors and tokens are never removed for lack of influence.
  ///
  /// An error that is left without an edge still goes.
  case paper
  /// circuit-tracer's: errors need influence, as features do; tokens always stay.
  case circuitTracer
}
