public import Foundation

/// A graph file of which only the small parts are read: what it is of, and what its reader did with it.
///
/// Nodes and links are skipped byte by byte, and saving work leaves them as they are.
public struct GraphFileParts: Sendable {
  private let data: Data
  private let path: String

  /// Maps a file.
  public init(contentsOf file: URL) throws(GraphFileError) {
    do {
      data = try Data(contentsOf: file, options: .mappedIfSafe)
    } catch {
      throw .unreadable(path: file.path, reason: "the file cannot be opened")
    }
    path = file.path
  }

  /// Takes the bytes of a file.
  public init(data: Data, path: String = "The graph") {
    self.data = data
    self.path = path
  }

  /// What the graph is of.
  public func metadata() throws(GraphFileError) -> GraphMetadata {
    guard let range = JSONMember.find("metadata", in: data) else {
      throw .invalid(path: path, reason: "it has no object named metadata, or ends too early")
    }
    return try JSONFile.decode(GraphMetadata.self, from: data[range], path: path)
  }

  /// What the reader did, as it stands in the file.
  public var queryBytes: Data {
    JSONMember.find("qParams", in: data).map { Data(data[$0]) } ?? Data("{}".utf8)
  }

  /// What the reader did.
  public func query() throws(GraphFileError) -> QueryParameters {
    try JSONFile.decode(QueryParameters.self, from: queryBytes, path: path)
  }

  /// Returns the file with other work of its reader.
  public func replacing(_ query: QueryParameters) throws(GraphFileError) -> Data {
    let written = try JSONFile.encode(query)
    if let range = JSONMember.find("qParams", in: data) {
      return data[..<range.lowerBound] + written + data[range.upperBound...]
    }
    guard JSONMember.find("metadata", in: data) != nil, let brace = data.firstIndex(of: UInt8(ascii: "{"))
    else {
      throw .invalid(path: path, reason: "it has no object named metadata, or ends too early")
    }
    return data[...brace] + Data(#""qParams":"#.utf8) + written + Data(",".utf8) + data[(brace + 1)...]
  }
}
