public import Foundation

extension GraphFile {
  /// Reads a graph from a file of circuit-tracer, Neuronpedia or this module.
  ///
  /// - Throws: A ``GraphFileError`` if the file cannot be read, is no graph, or holds NaN or infinity.
  public init(contentsOf file: URL) throws(GraphFileError) {
    try self.init(data: JSONFile.bytes(of: file), path: file.path)
  }

  /// Reads a graph from JSON.
  ///
  /// - Parameters:
  ///   - data: The JSON in UTF-8.
  ///   - path: What errors should call it.
  /// - Throws: A ``GraphFileError`` if it is no graph or has a number that is not finite.
  public init(data: Data, path: String = "The graph") throws(GraphFileError) {
    self = try JSONFile.decode(GraphFile.self, from: data, path: path)
    try checkNumbers()
  }

  /// Returns the graph as JSON with sorted keys and the shortest numbers that read back the same.
  ///
  /// - Throws: ``GraphFileError/notFinite(place:)``.
  public func encoded() throws(GraphFileError) -> Data {
    try checkNumbers()
    return try JSONFile.encode(self)
  }

  /// Writes `<slug>.json` into a folder, which is made if it is missing.
  ///
  /// The file appears whole or not at all.
  ///
  /// - Returns: The file.
  /// - Throws: A ``GraphFileError`` if the slug is unsafe, a number is not finite, or writing fails.
  @discardableResult
  public func write(to directory: URL) throws(GraphFileError) -> URL {
    let file = directory.appending(path: try Slug(metadata.slug).fileName)
    try JSONFile.write(encoded(), to: file)
    return file
  }

  /// Refuses NaN and infinity, which JSON cannot hold.
  private func checkNumbers() throws(GraphFileError) {
    for link in links where !link.weight.isFinite {
      throw .notFinite(place: "The weight of the link from \(link.source) to \(link.target)")
    }
    for link in links where !(link.heads?.isFinite ?? true) {
      throw .notFinite(place: "A head's part of the link from \(link.source) to \(link.target)")
    }
    for node in nodes {
      let isFinite =
        node.tokenProbability.isFinite && node.influence?.isFinite ?? true
        && node.activation?.isFinite ?? true
      guard isFinite else {
        throw .notFinite(place: "The activation, influence or probability of node \(node.id)")
      }
    }
    guard metadata.nodeThreshold?.isFinite ?? true, query.pruningThreshold?.isFinite ?? true else {
      throw .notFinite(place: "A threshold of graph \(metadata.slug)")
    }
  }
}
