public import CircuitGraphs

extension GraphFile {
  /// Returns the graph of the file, with the edges that pruning left.
  ///
  /// - Throws: A ``GraphFileError`` if nodes or links are not those of an attribution graph.
  public func circuit() throws(GraphFileError) -> AttributionGraph {
    let named = try namedNodes()
    let layout = try layout(named)
    var index: [String: Int] = [:]
    for (id, node) in named { index[id] = layout.index(of: node) }
    var activations = [Float](repeating: 0, count: layout.features.count)
    var logits: [LogitNode] = []
    for record in nodes {
      if record.kind == .feature, let place = index[record.id] { activations[place] = record.activation ?? 0 }
      if record.kind == .logit {
        logits.append(
          LogitNode(
            vocabularyIndex: record.feature ?? 0, label: record.label, probability: record.tokenProbability))
      }
    }
    guard Set(logits.map(\.vocabularyIndex)).count == logits.count else {
      throw invalid("two outputs are the same token")
    }
    return AttributionGraph(
      layout: layout, edges: try edges(index, layout), activations: activations, logits: logits,
      tokens: Array(repeating: 0, count: layout.positionCount))
  }

  /// Returns the reader's named groups of nodes; what is no node of the file is left out.
  public func supernodes() throws(GraphFileError) -> [Supernode] {
    let named = try namedNodes()
    return query.supernodes.map { group in
      Supernode(name: group.label, members: group.members.compactMap { named[$0] })
    }
  }

  /// Returns the nodes by their ids.
  ///
  /// - Throws: A ``GraphFileError`` if a node is none of an attribution graph.
  public func namedNodes() throws(GraphFileError) -> [String: Node] {
    var named: [String: Node] = [:]
    var rank = 0
    for record in nodes {
      named[record.id] = try node(record, rank: rank)
      if record.kind == .logit { rank += 1 }
    }
    return named
  }

  private func node(_ record: NodeRecord, rank: Int) throws(GraphFileError) -> Node {
    let layer = Int(record.layer)
    guard (0..<1_000_000).contains(record.position) else {
      throw invalid("node \(record.id) has no position")
    }
    switch record.kind {
    case .feature:
      guard let layer, let index = GraphFile.featureIndex(record.feature ?? -1, layer: layer) else {
        throw invalid("node \(record.id) names no feature of its layer")
      }
      return .feature(FeatureNode(layer: layer, position: record.position, index: index))
    case .error:
      guard let layer, (0..<100_000).contains(layer) else { throw invalid("node \(record.id) has no layer") }
      return .error(layer: layer, position: record.position)
    case .token: return .token(position: record.position)
    case .logit: return .logit(rank: rank)
    default: throw invalid("node \(record.id) is of the unknown kind '\(record.kind.rawValue)'")
    }
  }

  private func layout(_ named: [String: Node]) throws(GraphFileError) -> NodeLayout {
    var features: Set<FeatureNode> = []
    var layers = 0
    var logits = 0
    for node in named.values {
      switch node {
      case .feature(let feature):
        features.insert(feature)
        layers = max(layers, feature.layer + 1)
      case .error(let layer, _): layers = max(layers, layer + 1)
      case .token: break
      case .logit: logits += 1
      }
    }
    let positions = (nodes.map(\.position).max() ?? 0) + 1
    guard layers * positions < 50_000_000 else {
      throw invalid("it has \(layers) layers and \(positions) positions")
    }
    return NodeLayout(
      features: features.sorted(), layerCount: layers, positionCount: positions, logitCount: logits)
  }

  private func edges(_ index: [String: Int], _ layout: NodeLayout) throws(GraphFileError) -> SparseRows {
    var sources = [[Int32: Float]](repeating: [:], count: layout.count)
    for link in links {
      guard let source = index[link.source], let target = index[link.target] else {
        throw invalid("a link joins \(link.source) and \(link.target), which are not both nodes")
      }
      guard layout.isEdge(from: source, to: target) else {
        throw invalid("the link from \(link.source) to \(link.target) does not go forward")
      }
      sources[target][Int32(source)] = link.weight
    }
    var edges = SparseRows(columnCount: layout.count)
    edges.reserveCapacity(rows: layout.count, entries: links.count)
    for row in sources {
      let entries = row.sorted { $0.key < $1.key }
      let columns = entries.map(\.key)
      let weights = entries.map(\.value)
      edges.appendRow(columns: columns.span, weights: weights.span)
    }
    return edges
  }

  private func invalid(_ reason: String) -> GraphFileError {
    .invalid(path: "The graph \(metadata.slug)", reason: reason)
  }

  /// The index of a feature in its layer, from the number that stands for it in a file.
  static func featureIndex(_ number: Int, layer: Int) -> Int? {
    guard (0..<1 << 50).contains(number), layer >= 0 else { return nil }
    var sum = Int((Double(8 * number + 1).squareRoot() - 1) / 2)
    while (sum + 1) * (sum + 2) / 2 <= number { sum += 1 }
    while sum * (sum + 1) / 2 > number { sum -= 1 }
    let index = number - sum * (sum + 1) / 2
    return sum - index == layer ? index : nil
  }
}

extension NodeLayout {
  /// Whether an attribution graph may have an edge: outputs and features read features of lower layers, errors, tokens.
  func isEdge(from source: Int, to target: Int) -> Bool {
    let isConstant = errorRange.contains(source) || tokenRange.contains(source)
    if logitRange.contains(target) { return !logitRange.contains(source) }
    guard featureRange.contains(target) else { return false }
    return isConstant || (featureRange.contains(source) && features[source].layer < features[target].layer)
  }
}
