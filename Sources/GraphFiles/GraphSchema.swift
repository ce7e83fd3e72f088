public import Foundation

/// What a graph file of circuit-tracer and Neuronpedia must have, for files that come from elsewhere.
///
/// The rules are those of Neuronpedia's JSON schema, version 1.0.0, and three that no schema can state: the ids of nodes
/// differ, links join nodes, and numbers are finite.
public enum GraphSchema {
  /// Reads an uploaded graph.
  ///
  /// - Throws: ``GraphFileError/invalid(path:reason:)``, whose reason names the first place that is wrong.
  public static func graph(from data: Data) throws(GraphFileError) -> GraphFile {
    guard let value = try? JSONSerialization.jsonObject(with: data) else {
      throw invalid("it is not valid JSON")
    }
    if let problem = problem(value) { throw invalid(problem) }
    let file = try GraphFile(data: data, path: name)
    if let problem = problem(file) { throw invalid(problem) }
    return file
  }

  private static let name = "The upload"

  private static func invalid(_ reason: String) -> GraphFileError { .invalid(path: name, reason: reason) }

  /// The first place where a JSON value is not what the schema asks for.
  private static func problem(_ value: Any) -> String? {
    guard let top = value as? [String: Any] else { return "it is not a JSON object" }
    for key in ["metadata", "qParams", "nodes", "links"] where top[key] == nil { return "\(key) is missing" }
    guard let metadata = top["metadata"] as? [String: Any] else { return "metadata is not an object" }
    guard top["qParams"] is [String: Any] else { return "qParams is not an object" }
    guard let nodes = top["nodes"] as? [Any] else { return "nodes is not a list" }
    guard let links = top["links"] as? [Any] else { return "links is not a list" }
    return check(metadata, "metadata", metadataKeys) ?? tokens(metadata)
      ?? check(nodes, "nodes", nodeKeys) ?? check(links, "links", linkKeys)
  }

  private static func tokens(_ metadata: [String: Any]) -> String? {
    guard let tokens = metadata["prompt_tokens"] as? [Any] else {
      return "metadata.prompt_tokens is not a list"
    }
    return tokens.firstIndex { !($0 is String) }.map { "metadata.prompt_tokens[\($0)] is not a text" }
  }

  private static func check(_ list: [Any], _ name: String, _ keys: [(String, Kind)]) -> String? {
    for (index, element) in list.enumerated() {
      guard let object = element as? [String: Any] else { return "\(name)[\(index)] is not an object" }
      if let problem = check(object, "\(name)[\(index)]", keys) { return problem }
    }
    return nil
  }

  private static func check(_ object: [String: Any], _ place: String, _ keys: [(String, Kind)]) -> String? {
    for (key, kind) in keys {
      guard let value = object[key] else { return "\(place).\(key) is missing" }
      guard kind.accepts(value) else { return "\(place).\(key) is not \(kind.rawValue)" }
    }
    return nil
  }

  /// What a schema cannot say.
  private static func problem(_ file: GraphFile) -> String? {
    var ids: Set<String> = []
    let positions = max(1, file.metadata.promptTokens.count)
    for (index, node) in file.nodes.enumerated() {
      guard ids.insert(node.id).inserted else { return "nodes[\(index)].node_id is that of another node" }
      guard (0..<positions).contains(node.position) else {
        return "nodes[\(index)].ctx_idx is not a position of the prompt"
      }
    }
    for (index, link) in file.links.enumerated() {
      guard ids.contains(link.source) else { return "links[\(index)].source is no node" }
      guard ids.contains(link.target) else { return "links[\(index)].target is no node" }
    }
    return nil
  }

  private enum Kind: String {
    case text = "a text"
    case number = "a number"
    case whole = "a whole number"
    case wholeOrNull = "a whole number or null"
    case textOrWhole = "a text or a whole number"
    case list = "a list"

    func accepts(_ value: Any) -> Bool {
      switch self {
      case .text: value is String
      case .number: value is NSNumber && !(value is String)
      case .whole: Kind.isWhole(value)
      case .wholeOrNull: value is NSNull || Kind.isWhole(value)
      case .textOrWhole: value is String || Kind.isWhole(value)
      case .list: value is [Any]
      }
    }

    private static func isWhole(_ value: Any) -> Bool {
      guard let number = value as? NSNumber else { return false }
      return Int(exactly: number.doubleValue) != nil
    }
  }

  private static let metadataKeys: [(String, Kind)] = [
    ("slug", .text), ("scan", .text), ("prompt_tokens", .list), ("prompt", .text),
  ]
  private static let nodeKeys: [(String, Kind)] = [
    ("node_id", .text), ("feature", .wholeOrNull), ("layer", .textOrWhole), ("ctx_idx", .whole),
    ("feature_type", .text), ("jsNodeId", .text), ("clerp", .text),
  ]
  private static let linkKeys: [(String, Kind)] = [("source", .text), ("target", .text), ("weight", .number)]
}
