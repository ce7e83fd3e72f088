import GraphFiles

/// What a small picture of a graph needs.
struct GraphThumbnail: Encodable {
  /// A node: position, row from the tokens (0) over the layers to the outputs, kind, share of influence.
  struct Dot: Encodable {
    var x: Int
    var y: Int
    var kind: String
    var share: Float
  }

  /// A link between two dots, by their places.
  struct Line: Encodable {
    var source: Int
    var target: Int
    /// The signed weight over the sum of the absolute weights into the target.
    var share: Float
  }

  var columns: Int
  var rows: Int
  var nodes: [Dot]
  var links: [Line]

  /// The most nodes and links.
  static let limits = (nodes: 120, links: 160)

  /// Chooses the most influential nodes, tokens and outputs first, and the strongest links among them.
  init(_ file: GraphFile) {
    let layers = file.nodes.compactMap { $0.kind == .logit ? nil : Int($0.layer) }
    rows = (layers.max() ?? 0) + 3
    columns = max(1, file.metadata.promptTokens.count, (file.nodes.map(\.position).max() ?? 0) + 1)
    let top = rows - 1
    let shares = GraphThumbnail.shares(file.nodes)
    let order = file.nodes.indices.sorted {
      (GraphThumbnail.rank(file.nodes[$0]), shares[$1], $0) < (
        GraphThumbnail.rank(file.nodes[$1]), shares[$0], $1
      )
    }
    let kept = order.prefix(GraphThumbnail.limits.nodes).sorted()
    var place: [String: Int] = [:]
    for (index, node) in kept.enumerated() { place[file.nodes[node].id] = index }
    nodes = kept.map { index in
      let node = file.nodes[index]
      let row = node.kind == .token ? 0 : node.kind == .logit ? top : (Int(node.layer) ?? 0) + 1
      return Dot(x: node.position, y: row, kind: GraphThumbnail.name(of: node.kind), share: shares[index])
    }
    links = GraphThumbnail.lines(file.links, place)
  }

  /// Outputs come first, then tokens, then the rest.
  private static func rank(_ node: NodeRecord) -> Int {
    node.kind == .logit ? 0 : node.kind == .token ? 1 : 2
  }

  private static func name(of kind: NodeKind) -> String {
    switch kind {
    case .feature: "feature"
    case .error: "error"
    case .token: "token"
    case .logit: "logit"
    default: kind.rawValue
    }
  }

  /// Each node's own share of influence; the file has the sums over it and all stronger nodes.
  private static func shares(_ nodes: [NodeRecord]) -> [Float] {
    var shares = nodes.map(\.tokenProbability)
    let ranked = nodes.indices.filter { nodes[$0].influence != nil }.sorted {
      (nodes[$0].influence ?? 0, $0) < (nodes[$1].influence ?? 0, $1)
    }
    var before: Float = 0
    for index in ranked {
      let sum = nodes[index].influence ?? 0
      shares[index] = max(0, sum - before)
      before = sum
    }
    return shares
  }

  private static func lines(_ links: [LinkRecord], _ place: [String: Int]) -> [Line] {
    var sums: [String: Float] = [:]
    for link in links { sums[link.target, default: 0] += link.weight.magnitude }
    let lines = links.compactMap { link -> Line? in
      guard let source = place[link.source], let target = place[link.target], let sum = sums[link.target],
        sum > 0
      else { return nil }
      return Line(source: source, target: target, share: link.weight / sum)
    }
    let strongest = lines.sorted {
      ($1.share.magnitude, $0.target, $0.source) < ($0.share.magnitude, $1.target, $1.source)
    }
    return Array(strongest.prefix(limits.links))
  }
}
