/// What a graph file says of its graph as a whole; the index of a folder repeats it.
public struct GraphMetadata: Equatable, Sendable {
  /// The graph's name, also the name of its file.
  public var slug: String
  /// The id of the model and transcoders, by which viewers find feature dashboards (`scan`).
  public var transcoderSetID: String
  /// The ids of each layer's transcoder, if they have their own.
  public var transcoderIDs: [String] = []
  /// The prompt's tokens as text.
  public var promptTokens: [String]
  /// The prompt.
  public var prompt: String
  /// The share of influence at which viewers start their pruning slider.
  public var nodeThreshold: Double?
  /// The version of the file's schema.
  public var schemaVersion: Int? = 1
  /// Who made the graph, and when.
  public var info: GraphInfo?
  /// How the graph was traced.
  public var generationSettings: GenerationSettings?
  /// How the graph was pruned.
  public var pruningSettings: PruningSettings?
  /// What other tools keep with the metadata.
  public var other: [String: JSONValue] = [:]

  /// Describes a graph by its name, its transcoders and its prompt.
  ///
  /// - Parameters:
  ///   - slug: The graph's name.
  ///   - transcoderSetID: The id of the model and transcoders.
  ///   - prompt: The prompt.
  ///   - promptTokens: The prompt's tokens as text, one for each position.
  public init(slug: Slug, transcoderSetID: String, prompt: String, promptTokens: [String]) {
    self.slug = slug.text
    self.transcoderSetID = transcoderSetID
    self.prompt = prompt
    self.promptTokens = promptTokens
  }
}

extension GraphMetadata: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case slug
    case transcoderSetID = "scan"
    case transcoderIDs = "transcoder_list"
    case promptTokens = "prompt_tokens"
    case prompt
    case nodeThreshold = "node_threshold"
    case schemaVersion = "schema_version"
    case info
    case generationSettings = "generation_settings"
    case pruningSettings = "pruning_settings"
  }

  /// Reads metadata; only the slug must be there.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    slug = try values.decode(String.self, forKey: .slug)
    transcoderSetID = try values.decodeIfPresent(String.self, forKey: .transcoderSetID) ?? ""
    transcoderIDs = try values.decodeIfPresent([String].self, forKey: .transcoderIDs) ?? []
    promptTokens = try values.decodeIfPresent([String].self, forKey: .promptTokens) ?? []
    prompt = try values.decodeIfPresent(String.self, forKey: .prompt) ?? ""
    nodeThreshold = try values.decodeIfPresent(Double.self, forKey: .nodeThreshold)
    schemaVersion = try values.decodeIfPresent(Int.self, forKey: .schemaVersion)
    info = try values.decodeIfPresent(GraphInfo.self, forKey: .info)
    generationSettings = try values.decodeIfPresent(GenerationSettings.self, forKey: .generationSettings)
    pruningSettings = try values.decodeIfPresent(PruningSettings.self, forKey: .pruningSettings)
    other = try decoder.otherValues(than: CodingKeys.self)
  }

  /// Writes metadata; optional parts that it does not have are left out.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(slug, forKey: .slug)
    try values.encode(transcoderSetID, forKey: .transcoderSetID)
    try values.encode(transcoderIDs, forKey: .transcoderIDs)
    try values.encode(promptTokens, forKey: .promptTokens)
    try values.encode(prompt, forKey: .prompt)
    try values.encodeIfPresent(nodeThreshold, forKey: .nodeThreshold)
    try values.encodeIfPresent(schemaVersion, forKey: .schemaVersion)
    try values.encodeIfPresent(info, forKey: .info)
    try values.encodeIfPresent(generationSettings, forKey: .generationSettings)
    try values.encodeIfPresent(pruningSettings, forKey: .pruningSettings)
    try encoder.encodeOthers(other)
  }
}
