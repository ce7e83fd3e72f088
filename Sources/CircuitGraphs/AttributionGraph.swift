/// What the graphs of this module have in common: nodes, and weighted edges between them.
///
/// Rows of ``edges`` are targets and columns are sources. A feature reads from features of lower layers, from
/// errors and from tokens; a logit reads from all of them. So the graph is acyclic, and going through the
/// rows from the last to the first meets each target before its sources.
public protocol CircuitGraph: Sendable {
  /// The order of the nodes.
  var layout: NodeLayout { get }
  /// The direct effect of each source on each target, signed.
  var edges: SparseRows { get }
  /// The outputs that the graph explains, by rank.
  var logits: [LogitNode] { get }
  /// For each node, the magnitude of error inputs that its edges do not show; empty for none.
  ///
  /// An error node may stand for several vectors at its site (the reconstruction error, features that were never
  /// expanded), whose effects cancel in part. What they lose by cancelling is not explained either, so influence and
  /// scores count it as error.
  var hiddenErrorMass: [Float] { get }
}

/// The attribution graph of a prompt: the direct effect of each node on each later one.
///
/// An edge is the effect of a source on the target's pre-activation or logit with attention patterns, norm
/// scales and MLPs frozen ("Circuit Tracing", Ameisen et al. 2025, "Constructing an Attribution Graph").
public struct AttributionGraph: CircuitGraph, Equatable {
  /// The order of the nodes.
  public let layout: NodeLayout
  /// The direct effects over all nodes, `[count, count]`; the rows of errors and tokens are empty.
  public let edges: SparseRows
  /// The activation of each feature node.
  public let activations: [Float]
  /// The outputs that the graph explains, by rank.
  public let logits: [LogitNode]
  /// The prompt's token ids, one for each position.
  public let tokens: [Int]
  /// For each node, the magnitude of error inputs that its edges do not show; empty for none.
  public let hiddenErrorMass: [Float]

  /// Assembles a graph.
  ///
  /// - Precondition: The sizes agree with the layout; no two logits have the same vocabulary index; rows of
  ///   errors and tokens are empty; features read from lower layers only, and nothing reads from a logit.
  public init(
    layout: NodeLayout, edges: SparseRows, activations: [Float], logits: [LogitNode], tokens: [Int],
    hiddenErrorMass: [Float] = []
  ) {
    precondition(
      edges.rowCount == layout.count && edges.columnCount == layout.count,
      "edges \(edges.rowCount) x \(edges.columnCount) for \(layout.count) nodes")
    precondition(
      activations.count == layout.features.count,
      "\(activations.count) activations for \(layout.features.count) features")
    precondition(
      logits.count == layout.logitCount, "\(logits.count) logits for \(layout.logitCount) nodes")
    precondition(
      tokens.count == layout.positionCount, "\(tokens.count) tokens for \(layout.positionCount) positions")
    precondition(
      Set(logits.map(\.vocabularyIndex)).count == logits.count, "two logits have one vocabulary index")
    self.layout = layout
    self.edges = edges
    self.activations = activations
    self.logits = logits
    precondition(
      hiddenErrorMass.isEmpty || hiddenErrorMass.count == layout.count,
      "\(hiddenErrorMass.count) hidden masses for \(layout.count) nodes")
    self.tokens = tokens
    self.hiddenErrorMass = hiddenErrorMass
    checkDirection()
  }

  private func checkDirection() {
    let sources = layout.errorRange.lowerBound..<layout.tokenRange.upperBound
    precondition(
      edges.offsets[sources.lowerBound] == edges.offsets[sources.upperBound],
      "errors and tokens must not have inputs")
    for layer in 0..<layout.layerCount {
      let targets = layout.featureRange(ofLayer: layer)
      for target in targets {
        for column in edges.row(target).columns {
          let source = Int(column)
          precondition(
            source < targets.lowerBound || sources.contains(source),
            "\(layout.node(at: target)) must not read from \(layout.node(at: source))")
        }
      }
    }
    for target in layout.logitRange {
      precondition(
        edges.row(target).columns.last.map { Int($0) < sources.upperBound } ?? true,
        "a logit must not read from a logit")
    }
  }
}
