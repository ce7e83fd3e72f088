/// An edge as a graph file has it.
public struct LinkRecord: Equatable, Sendable {
  /// The id of the node that acts.
  public var source: String
  /// The id of the node that is acted upon.
  public var target: String
  /// The direct effect, signed and not normalised.
  public var weight: Float

  /// Describes an edge.
  public init(source: String, target: String, weight: Float) {
    self.source = source
    self.target = target
    self.weight = weight
  }
}

extension LinkRecord: Codable {
  private enum CodingKeys: String, CodingKey {
    case source, target, weight
  }

  /// Reads an edge.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    source = try values.decode(String.self, forKey: .source)
    target = try values.decode(String.self, forKey: .target)
    weight = try values.float(forKey: .weight)
  }
}
