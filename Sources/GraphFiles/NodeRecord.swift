/// What a node of a graph file is (`feature_type`).
///
/// Not an enumeration, because other tools have kinds of their own, and these must survive.
public struct NodeKind: RawRepresentable, Hashable, Sendable, Codable {
  /// The spelling in the file.
  public let rawValue: String

  /// A kind with a given spelling.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// A feature; the file says `cross layer transcoder` for per-layer transcoders too.
  public static let feature = NodeKind(rawValue: "cross layer transcoder")
  /// A reconstruction error.
  public static let error = NodeKind(rawValue: "mlp reconstruction error")
  /// A token's embedding.
  public static let token = NodeKind(rawValue: "embedding")
  /// An output.
  public static let logit = NodeKind(rawValue: "logit")
}

/// A node as a graph file has it.
public struct NodeRecord: Equatable, Sendable {
  /// The name by which links, pins and supernodes refer to the node; unique in a file written here.
  public var id: String
  /// A number for the feature: see ``GraphFile/featureNumber(layer:index:)``; -1 for errors, the position for
  /// tokens, the vocabulary index for logits.
  public var feature: Int?
  /// The layer's number as text, `E` for tokens, the number of layers plus one for logits.
  public var layer: String
  /// The position in the prompt.
  public var position: Int
  /// What the node is.
  public var kind: NodeKind
  /// The probability of a logit, zero for others.
  public var tokenProbability: Float = 0
  /// Whether this is the first of the logits.
  public var isTargetLogit = false
  /// Always zero; the viewers expect it.
  public var runIndex = 0
  /// Always zero; the viewers expect it.
  public var reversePosition = 0
  /// The name that the viewers give to the node without its position.
  public var viewerID: String
  /// The label shown for the node, maybe empty.
  public var label = ""
  /// The share of influence that the node and all stronger ones carry; the viewers prune by it.
  public var influence: Float?
  /// The activation of a feature.
  public var activation: Float?
  /// What other tools keep with the node.
  public var other: [String: JSONValue] = [:]

  /// Describes a node; what is not given has the file's usual value.
  public init(id: String, feature: Int?, layer: String, position: Int, kind: NodeKind, viewerID: String) {
    self.id = id
    self.feature = feature
    self.layer = layer
    self.position = position
    self.kind = kind
    self.viewerID = viewerID
  }
}

extension NodeRecord: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case id = "node_id"
    case feature, layer
    case position = "ctx_idx"
    case kind = "feature_type"
    case tokenProbability = "token_prob"
    case isTargetLogit = "is_target_logit"
    case runIndex = "run_idx"
    case reversePosition = "reverse_ctx_idx"
    case viewerID = "jsNodeId"
    case label = "clerp"
    case influence, activation
  }

  /// Reads a node; the layer may be a number, and what the schema does not require may be missing.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    id = try values.decode(String.self, forKey: .id)
    feature = try values.decodeIfPresent(Int.self, forKey: .feature)
    do {
      layer = try values.decode(String.self, forKey: .layer)
    } catch DecodingError.typeMismatch {
      layer = String(try values.decode(Int.self, forKey: .layer))
    }
    position = try values.decode(Int.self, forKey: .position)
    kind = try values.decode(NodeKind.self, forKey: .kind)
    tokenProbability = try values.floatIfPresent(forKey: .tokenProbability) ?? 0
    isTargetLogit = try values.decodeIfPresent(Bool.self, forKey: .isTargetLogit) ?? false
    runIndex = try values.decodeIfPresent(Int.self, forKey: .runIndex) ?? 0
    reversePosition = try values.decodeIfPresent(Int.self, forKey: .reversePosition) ?? 0
    viewerID = try values.decodeIfPresent(String.self, forKey: .viewerID) ?? id
    label = try values.decodeIfPresent(String.self, forKey: .label) ?? ""
    influence = try values.floatIfPresent(forKey: .influence)
    activation = try values.floatIfPresent(forKey: .activation)
    other = try decoder.otherValues(than: CodingKeys.self)
  }

  /// Writes a node with all keys; what it does not have is null.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(id, forKey: .id)
    try values.encode(feature, forKey: .feature)
    try values.encode(layer, forKey: .layer)
    try values.encode(position, forKey: .position)
    try values.encode(kind, forKey: .kind)
    try values.encode(tokenProbability, forKey: .tokenProbability)
    try values.encode(isTargetLogit, forKey: .isTargetLogit)
    try values.encode(runIndex, forKey: .runIndex)
    try values.encode(reversePosition, forKey: .reversePosition)
    try values.encode(viewerID, forKey: .viewerID)
    try values.encode(label, forKey: .label)
    try values.encode(influence, forKey: .influence)
    try values.encode(activation, forKey: .activation)
    try encoder.encodeOthers(other)
  }
}
