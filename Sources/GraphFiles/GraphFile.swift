/// A pruned attribution graph as circuit-tracer's and Neuronpedia's viewers read it.
///
/// Keys that other tools add are kept when a file is read and written again.
public struct GraphFile: Equatable, Sendable {
  /// What the graph is of.
  public var metadata: GraphMetadata
  /// What its reader did with it.
  public var query: QueryParameters
  /// The nodes, in the order features, errors, tokens, logits if written here.
  public var nodes: [NodeRecord]
  /// The edges, target after target if written here.
  public var links: [LinkRecord]
  /// What other tools keep beside these.
  public var other: [String: JSONValue] = [:]

  /// Puts a file together.
  public init(
    metadata: GraphMetadata, query: QueryParameters = QueryParameters(), nodes: [NodeRecord],
    links: [LinkRecord]
  ) {
    self.metadata = metadata
    self.query = query
    self.nodes = nodes
    self.links = links
  }

  /// Returns the number that stands for a feature in a file: Cantor's pairing of layer and index.
  ///
  /// It is `(layer + index)(layer + index + 1) / 2 + index`.
  public static func featureNumber(layer: Int, index: Int) -> Int {
    (layer + index) * (layer + index + 1) / 2 + index
  }
}

extension GraphFile: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case metadata
    case query = "qParams"
    case nodes, links
  }

  /// Reads a graph.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    metadata = try values.decode(GraphMetadata.self, forKey: .metadata)
    query = try values.decodeIfPresent(QueryParameters.self, forKey: .query) ?? QueryParameters()
    nodes = try values.decode([NodeRecord].self, forKey: .nodes)
    links = try values.decode([LinkRecord].self, forKey: .links)
    other = try decoder.otherValues(than: CodingKeys.self)
  }

  /// Writes a graph.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(metadata, forKey: .metadata)
    try values.encode(query, forKey: .query)
    try values.encode(nodes, forKey: .nodes)
    try values.encode(links, forKey: .links)
    try encoder.encodeOthers(other)
  }
}
