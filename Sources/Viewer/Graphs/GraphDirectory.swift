import Foundation
import GraphFiles
import Synchronization

/// A directory of graph files: which graphs there are, and what their metadata say.
final class GraphDirectory: Sendable {
  /// One graph file.
  struct File: Sendable {
    var url: URL
    var byteCount: Int
    var modified: Date
    /// Changes whenever the file is written again.
    var revision: String { "\(byteCount)-\(Int64(modified.timeIntervalSince1970 * 1e6))" }
    /// The revision as an entity tag.
    var tag: String { "W/\"\(revision)\"" }
  }

  /// Where the graphs are; it need not exist.
  let url: URL
  /// Held by whoever changes a file.
  let changing = Mutex(())
  private let known = Mutex<[String: (tag: String, metadata: Result<GraphMetadata, GraphFileError>)]>([:])
  private let loaded = LoadedGraphs()

  init(url: URL) { self.url = url }

  /// The graph files by slug, which is the file's name without `.json`.
  ///
  /// Hidden files, anything but regular files, and circuit-tracer's own index are left out.
  func files() -> [String: File] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    var files: [String: File] = [:]
    for name in names where name.hasSuffix(".json") && !name.hasPrefix(".") && name != GraphIndex.fileName {
      files[String(name.dropLast(5))] = GraphDirectory.file(at: url.appendingPathComponent(name))
    }
    return files
  }

  /// The file of a graph.
  func file(_ slug: String) throws(APIError) -> File {
    guard let file = files()[slug] else {
      throw APIError(
        .noSuchGraph, "There is no graph '\(slug)': list them with GET \(APIRoutes.prefix)/graphs.")
    }
    return file
  }

  /// What a graph's file says of it, read again only when the file has changed.
  func metadata(_ slug: String, _ file: File) throws(GraphFileError) -> GraphMetadata {
    if let known = known.withLock({ $0[slug] }), known.tag == file.tag { return try known.metadata.get() }
    let read = Result { () throws(GraphFileError) in try GraphFileParts(contentsOf: file.url).metadata() }
    known.withLock { $0[slug] = (file.tag, read) }
    return try read.get()
  }

  /// A graph, read whole; the latest few are kept.
  func graph(_ slug: String) throws(APIError) -> LoadedGraph { try loaded.graph(slug, try file(slug)) }

  /// A name that no graph has, nor a raw graph: the wanted one, or with `-2`, `-3` … behind it.
  func freeName(_ wanted: Slug) throws(APIError) -> Slug {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    let taken = Set(names.map { URL(filePath: $0).deletingPathExtension().lastPathComponent })
    for number in 1..<10_000 {
      let end = number == 1 ? "" : "-\(number)"
      let name = String(wanted.text.prefix(Slug.maximumLength - end.count)) + end
      if !taken.contains(name), let slug = try? Slug(name) { return slug }
    }
    throw APIError(.nameTaken, "There are thousands of graphs called '\(wanted.text)': choose another name.")
  }

  static func file(at url: URL) -> File? {
    let real = url.resolvingSymlinksInPath()
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: real.path),
      attributes[.type] as? FileAttributeType == .typeRegular,
      let byteCount = (attributes[.size] as? NSNumber)?.intValue,
      let modified = attributes[.modificationDate] as? Date
    else { return nil }
    return File(url: real, byteCount: byteCount, modified: modified)
  }
}
