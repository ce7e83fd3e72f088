import Attribution
import CircuitGraphs
import GraphFiles

/// How the edges of a trace that matter most run through attention heads.
struct TraceHeads {
  /// The heads of an edge that a file has at most.
  private static let storedHeads = 8
  /// The heads of an edge that are printed at most, and the share of the edge that each must carry.
  private static let (printedHeads, printedShare) = (3, Float(0.1))

  private let loadings: [GraphEdge: HeadLoadings]

  /// Computes the loadings of the printed edges and of the `count` strongest ones.
  init(
    _ result: TraceJob.Result, printed: [GraphEdge], count: Int,
    unexpanded: AttributionOptions.UnexpandedFeatures
  ) {
    let known = Set(printed)
    let edges = printed + result.pruned.strongestEdges(count).filter { !known.contains($0) }
    let attributor = HeadAttributor(
      result.local, graph: result.attribution.graph, targets: result.targets, unexpanded: unexpanded)
    loadings = Dictionary(zip(edges, attributor.loadings(of: edges)), uniquingKeysWith: { first, _ in first })
  }

  /// Returns what a reader is told of an edge: `straight 20%, via 12.3 (64%)`.
  func note(_ edge: GraphEdge) -> String {
    guard let loading = loadings[edge], loading.weight != 0 else { return "" }
    let heads = loading.strongest(TraceHeads.printedHeads).filter {
      abs($0.through) >= TraceHeads.printedShare * abs(loading.weight)
    }
    let via = heads.map { "\($0.layer).\($0.head) (\(percent($0.through, of: loading)))" }
    let straight =
      abs(loading.direct) < TraceHeads.printedShare * abs(loading.weight)
      ? [] : ["straight \(percent(loading.direct, of: loading))"]
    let parts = straight + (via.isEmpty ? [] : ["via " + via.joined(separator: ", ")])
    return parts.isEmpty ? "via many heads" : parts.joined(separator: ", ")
  }

  /// What the graph file keeps.
  var records: [GraphEdge: LinkHeads] {
    loadings.mapValues { loading in
      let heads = loading.strongest(TraceHeads.storedHeads).map {
        LinkHeads.Head(layer: $0.layer, head: $0.head, through: $0.through, single: $0.single)
      }
      return LinkHeads(direct: loading.direct, several: loading.several, heads: heads)
    }
  }

  private func percent(_ part: Float, of loading: HeadLoadings) -> String {
    let share = Int((100 * part / loading.weight).rounded())
    return share < 0 ? "−\(-share)%" : "\(share)%"
  }
}
