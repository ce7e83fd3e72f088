import Foundation
import GraphFiles

extension GraphDirectory {
  /// The work of a graph's readers, and what it must be saved with.
  struct SavedQuery: Encodable {
    var revision: String
    var query: QueryParameters
  }

  /// Reads the work of a graph's readers.
  func query(_ slug: String) throws(APIError) -> SavedQuery {
    let file = try file(slug)
    do {
      let parts = try GraphFileParts(contentsOf: file.url)
      return SavedQuery(revision: parts.queryBytes.contentHash, query: try parts.query())
    } catch { throw APIError(.invalidGraph, error.description) }
  }

  /// Saves the work of a graph's reader into its file, whole or not at all; returns the new revision.
  ///
  /// - Parameter revision: What the reader began with; nil overwrites whatever is there.
  func save(_ query: QueryParameters, revision: String?, in slug: String) throws(APIError) -> String {
    guard query.pruningThreshold?.isFinite ?? true else {
      throw APIError(.badRequest, "pruningThreshold is not a finite number.")
    }
    let file = try file(slug)
    var saved = ""
    try change("saved") {
      let parts = try GraphFileParts(contentsOf: file.url)
      guard revision == nil || revision == parts.queryBytes.contentHash else {
        throw APIError(
          .conflict, "Somebody saved this graph before you: read it again, and repeat your change.")
      }
      let data = try parts.replacing(query)
      try data.write(to: file.url, options: .atomic)
      saved = GraphFileParts(data: data).queryBytes.contentHash
    }
    return saved
  }

  /// Stores a graph from elsewhere; returns its name.
  func store(_ data: Data, slug wanted: String?) throws(APIError) -> String {
    var graph: GraphFile
    do {
      graph = try GraphSchema.graph(from: data)
    } catch { throw APIError(.invalidGraph, error.description) }
    let asked: Slug
    do {
      asked =
        try wanted.map { (text) throws(GraphFileError) in try Slug(text) }
        ?? (try? Slug(graph.metadata.slug)) ?? Slug.slug(from: graph.metadata.prompt)
    } catch { throw APIError(.badRequest, error.description) }
    var name = ""
    try change("stored") {
      let slug = try freeName(asked)
      graph.metadata.slug = slug.text
      try graph.write(to: url)
      try? GraphIndex.update(in: url) { $0.add(graph.metadata) }
      name = slug.text
    }
    return name
  }
}
