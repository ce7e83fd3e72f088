public import CircuitGraphs

/// How far a graph is expanded.
public struct AttributionOptions: Sendable, Equatable {
  /// The most features whose own inputs are computed.
  public var maxFeatureNodes: Int
  /// The share of the influence at which expansion stops early: what unexpanded features carry is 1 − coverage; nil
  /// for never.
  public var coverage: Double?
  /// How many features are expanded before the influence is ranked anew.
  public var roundSize: Int
  /// What becomes of features that were never expanded.
  public var unexpanded: UnexpandedFeatures

  /// Their direct effects add to the error of their layer and position, so that rows keep their sum; or they are left
  /// out, as in circuit-tracer.
  public enum UnexpandedFeatures: Sendable, Equatable {
    case countAsError
    case leftOut
  }

  /// Chooses options; the defaults are those of the command line.
  public init(
    maxFeatureNodes: Int = 7500, coverage: Double? = 0.98, roundSize: Int = 256,
    unexpanded: UnexpandedFeatures = .countAsError
  ) {
    self.maxFeatureNodes = maxFeatureNodes
    self.coverage = coverage
    self.roundSize = roundSize
    self.unexpanded = unexpanded
  }
}

/// How far an attribution has come.
public struct AttributionProgress: Sendable, Equatable {
  /// Features expanded so far.
  public var expanded: Int
  /// The most that will be expanded.
  public var limit: Int
  /// The share of the influence that does not end in unexpanded features.
  public var coverage: Double
}

/// A graph, and how it came about.
public struct AttributionResult: Sendable {
  /// The graph.
  public var graph: AttributionGraph
  /// The number of features active on the prompt.
  public var activeFeatureCount: Int
  /// The share of the influence that does not end in unexpanded features.
  public var coverage: Double
}
