public import Foundation

/// The list of a folder's graphs, `graph-metadata.json`, from which viewers fill their menus.
public struct GraphIndex: Equatable, Sendable {
  /// The metadata of each graph, in the order in which they were added.
  public var graphs: [GraphMetadata] = []
  /// What other tools keep in the file.
  public var other: [String: JSONValue] = [:]

  /// An index of no graphs.
  public init() {}

  static let reservedName = "graph-metadata"

  /// The name of the index in its folder.
  public static let fileName = reservedName + ".json"

  /// Reads the index of a folder, which is empty if the folder has none.
  ///
  /// - Throws: A ``GraphFileError`` if there is one that cannot be read.
  public init(in directory: URL) throws(GraphFileError) {
    let file = directory.appending(path: GraphIndex.fileName)
    guard FileManager.default.fileExists(atPath: file.path) else { return }
    self = try JSONFile.decode(GraphIndex.self, from: JSONFile.bytes(of: file), path: file.path)
  }

  /// Adds a graph at the end, in place of one of the same name.
  public mutating func add(_ graph: GraphMetadata) {
    remove(slug: graph.slug)
    graphs.append(graph)
  }

  /// Removes the graph of a name, if it is listed.
  public mutating func remove(slug: String) { graphs.removeAll { $0.slug == slug } }

  /// Changes the index of a folder.
  ///
  /// It is read, changed, written under a temporary name and renamed. An index that cannot be read stays
  /// as it is.
  ///
  /// - Parameters:
  ///   - directory: The folder, made if it is missing.
  ///   - change: What to do.
  /// - Throws: A ``GraphFileError`` if the index cannot be read or written.
  public static func update(
    in directory: URL, _ change: (inout GraphIndex) -> Void
  ) throws(GraphFileError) {
    var index = try GraphIndex(in: directory)
    change(&index)
    try JSONFile.write(JSONFile.encode(index), to: directory.appending(path: fileName))
  }
}

extension GraphIndex: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case graphs
  }

  /// Reads an index.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    graphs = try values.decode([GraphMetadata].self, forKey: .graphs)
    other = try decoder.otherValues(than: CodingKeys.self)
  }

  /// Writes an index.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(graphs, forKey: .graphs)
    try encoder.encodeOthers(other)
  }
}
