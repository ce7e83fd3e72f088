/// How an edge runs through attention heads, as a graph file has it: other viewers ignore it.
public struct LinkHeads: Equatable, Sendable {
  /// The part of the weight that passes no head.
  public var direct: Float
  /// The part that passes heads of two or more layers.
  public var several: Float
  /// The heads that carry most of the edge, strongest first.
  public var heads: [Head]

  /// What one head carries of an edge; `[layer, head, through, single]` in a file.
  public struct Head: Equatable, Sendable {
    /// The head's layer.
    public var layer: Int
    /// The head's index in its layer.
    public var head: Int
    /// The part of the weight on all paths through the head.
    public var through: Float
    /// The part on the paths through this head and no other.
    public var single: Float

    /// Describes a head's part.
    public init(layer: Int, head: Int, through: Float, single: Float) {
      self.layer = layer
      self.head = head
      self.through = through
      self.single = single
    }
  }

  /// Describes an edge's way.
  public init(direct: Float, several: Float, heads: [Head]) {
    self.direct = direct
    self.several = several
    self.heads = heads
  }

  /// Whether all its numbers can be written.
  var isFinite: Bool {
    direct.isFinite && several.isFinite && heads.allSatisfy { $0.through.isFinite && $0.single.isFinite }
  }
}

extension LinkHeads: Codable {
  private enum CodingKeys: String, CodingKey {
    case direct, several
    case heads = "through"
  }

  /// Reads an edge's way.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    direct = try values.float(forKey: .direct)
    several = try values.float(forKey: .several)
    heads = try values.decode([Head].self, forKey: .heads)
  }
}

extension LinkHeads.Head: Codable {
  /// Reads `[layer, head, through, single]`.
  public init(from decoder: any Decoder) throws {
    var values = try decoder.unkeyedContainer()
    layer = try values.decode(Int.self)
    head = try values.decode(Int.self)
    through = Float(try values.decode(Double.self))
    single = Float(try values.decode(Double.self))
  }

  /// Writes `[layer, head, through, single]`.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.unkeyedContainer()
    try values.encode(layer)
    try values.encode(head)
    try values.encode(through)
    try values.encode(single)
  }
}
