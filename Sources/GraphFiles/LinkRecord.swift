/// An edge as a graph file has it.
public struct LinkRecord: Equatable, Sendable {
  /// The id of the node that acts.
  public var source: String
  /// The id of the node that is acted upon.
  public var target: String
  /// The direct effect, signed and not normalised.
  public var weight: Float
  /// The attention heads that it runs through, where they were computed.
  public var heads: LinkHeads?

  /// Describes an edge.
  public init(source: String, target: String, weight: Float, heads: LinkHeads? = nil) {
    self.source = source
    self.target = target
    self.weight = weight
    self.heads = heads
  }
}

extension LinkRecord: Codable {
  private enum CodingKeys: String, CodingKey {
    case source, target, weight, heads
  }

  /// Reads an edge.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    source = try values.decode(String.self, forKey: .source)
    target = try values.decode(String.self, forKey: .target)
    weight = try values.float(forKey: .weight)
    heads = try values.decodeIfPresent(LinkHeads.self, forKey: .heads)
  }
}
