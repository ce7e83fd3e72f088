/// Who made a graph and when (`metadata.info`); all keys of other tools are kept.
public struct GraphInfo: Equatable, Sendable {
  /// The JSON as it is.
  public var values: [String: JSONValue]

  /// Wraps JSON read elsewhere.
  public init(values: [String: JSONValue] = [:]) { self.values = values }

  /// Names the program and the time of creation, in milliseconds since 1970.
  public init(generator: Generator, createTimeMilliseconds: Int) {
    values = [
      Key.generator.rawValue: generator.json, Key.createTime.rawValue: .integer(createTimeMilliseconds),
    ]
  }

  /// The program that made the graph.
  public var generator: Generator? { values[Key.generator.rawValue].flatMap(Generator.init(json:)) }

  /// When the graph was made, in milliseconds since 1970.
  public var createTimeMilliseconds: Int? { values[Key.createTime.rawValue]?.int }

  /// A program that makes graphs.
  public struct Generator: Equatable, Sendable {
    /// The program's name, its version, and where to find it.
    public var name: String, version: String, url: String

    /// Describes a program.
    public init(name: String, version: String, url: String) {
      self.name = name
      self.version = version
      self.url = url
    }

    fileprivate var json: JSONValue {
      .object(["name": .string(name), "version": .string(version), "url": .string(url)])
    }

    fileprivate init?(json: JSONValue) {
      guard case .object(let values) = json, let name = values["name"]?.text else { return nil }
      self.init(name: name, version: values["version"]?.text ?? "", url: values["url"]?.text ?? "")
    }
  }

  private enum Key: String {
    case generator
    case createTime = "create_time_ms"
  }
}

/// How a graph was traced (`metadata.generation_settings`); all keys of other tools are kept.
public struct GenerationSettings: Equatable, Sendable {
  /// The JSON as it is.
  public var values: [String: JSONValue]

  /// Wraps JSON read elsewhere.
  public init(values: [String: JSONValue] = [:]) { self.values = values }

  /// Notes the limits on logits and features, and the number of rows computed together.
  public init(maxLogits: Int, logitMass: Double, batchSize: Int, maxFeatureNodes: Int) {
    values = [
      Key.maxLogits.rawValue: .integer(maxLogits), Key.logitMass.rawValue: JSONValue(logitMass),
      Key.batchSize.rawValue: .integer(batchSize), Key.maxFeatureNodes.rawValue: .integer(maxFeatureNodes),
    ]
  }

  /// The largest number of logit nodes.
  public var maxLogits: Int? { values[Key.maxLogits.rawValue]?.int }
  /// The probability that the logit nodes had to cover.
  public var logitMass: Double? { values[Key.logitMass.rawValue]?.double }
  /// The number of rows computed together.
  public var batchSize: Int? { values[Key.batchSize.rawValue]?.int }
  /// The largest number of features expanded.
  public var maxFeatureNodes: Int? { values[Key.maxFeatureNodes.rawValue]?.int }

  private enum Key: String {
    case maxLogits = "max_n_logits"
    case logitMass = "desired_logit_prob"
    case batchSize = "batch_size"
    case maxFeatureNodes = "max_feature_nodes"
  }
}

/// How a graph was pruned (`metadata.pruning_settings`); all keys of other tools are kept.
public struct PruningSettings: Equatable, Sendable {
  /// The JSON as it is.
  public var values: [String: JSONValue]

  /// Wraps JSON read elsewhere.
  public init(values: [String: JSONValue] = [:]) { self.values = values }

  /// Notes the shares of influence and of edge score that were kept.
  public init(nodeThreshold: Double, edgeThreshold: Double) {
    values = [
      Key.nodeThreshold.rawValue: JSONValue(nodeThreshold),
      Key.edgeThreshold.rawValue: JSONValue(edgeThreshold),
    ]
  }

  /// The share of influence that the kept nodes carry.
  public var nodeThreshold: Double? { values[Key.nodeThreshold.rawValue]?.double }
  /// The share of the edge score that the kept edges carry.
  public var edgeThreshold: Double? { values[Key.edgeThreshold.rawValue]?.double }

  private enum Key: String {
    case nodeThreshold = "node_threshold"
    case edgeThreshold = "edge_threshold"
  }
}

/// A part of the metadata that is stored as it was read.
protocol JSONObjectBacked: Codable {
  var values: [String: JSONValue] { get }
  init(values: [String: JSONValue])
}

extension JSONObjectBacked {
  /// Reads the object whole.
  public init(from decoder: any Decoder) throws {
    self.init(values: try [String: JSONValue](from: decoder))
  }

  /// Writes the object whole.
  public func encode(to encoder: any Encoder) throws { try values.encode(to: encoder) }
}

extension GraphInfo: JSONObjectBacked {}
extension GenerationSettings: JSONObjectBacked {}
extension PruningSettings: JSONObjectBacked {}
