import Foundation

/// A directory of graph files: which graphs there are, and what their metadata say.
struct GraphDirectory: Sendable {
  /// One graph file.
  struct File: Sendable {
    var url: URL
    var byteCount: Int
    var modified: Date
    /// Changes whenever the file is written again.
    var tag: String { "W/\"\(byteCount)-\(Int64(modified.timeIntervalSince1970 * 1e6))\"" }
  }

  /// Where the graphs are; it need not exist.
  let url: URL

  /// The graph files by slug, which is the file's name without `.json`.
  ///
  /// Hidden files, anything but regular files, and circuit-tracer's own index are left out.
  func files() -> [String: File] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    var files: [String: File] = [:]
    for name in names where name.hasSuffix(".json") && !name.hasPrefix(".") && name != "graph-metadata.json" {
      files[String(name.dropLast(5))] = Self.file(at: url.appendingPathComponent(name))
    }
    return files
  }

  /// The list that the page's picker shows: readable graphs, newest first, and what could not be read.
  func indexJSON() -> Data {
    var index = GraphIndex(graphs: [], unreadable: [])
    for (slug, file) in files().sorted(by: { $0.key < $1.key }) {
      do {
        let metadata = try GraphMetadata(contentsOf: file.url)
        index.graphs.append(GraphIndex.Entry(slug: slug, file: file, metadata: metadata))
      } catch {
        index.unreadable.append(GraphIndex.Unreadable(file: "\(slug).json", reason: error.description))
      }
    }
    index.graphs.sort { ($1.created, $0.slug) < ($0.created, $1.slug) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(index)) ?? Data(#"{"graphs":[],"unreadable":[]}"#.utf8)
  }

  private static func file(at url: URL) -> File? {
    let real = url.resolvingSymlinksInPath()
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: real.path),
      attributes[.type] as? FileAttributeType == .typeRegular,
      let byteCount = (attributes[.size] as? NSNumber)?.intValue,
      let modified = attributes[.modificationDate] as? Date
    else { return nil }
    return File(url: real, byteCount: byteCount, modified: modified)
  }
}

/// The answer of `/api/graphs`.
struct GraphIndex: Codable, Sendable {
  /// What the picker shows of one graph.
  struct Entry: Codable, Sendable {
    var slug: String
    var prompt: String
    var tokenCount: Int
    var model: String?
    var scan: String?
    /// Milliseconds since 1970: when the graph was made, else when its file was written.
    var created: Double
    var byteCount: Int

    init(slug: String, file: GraphDirectory.File, metadata: GraphMetadata) {
      self.slug = slug
      self.prompt = metadata.prompt
      self.tokenCount = metadata.tokenCount
      self.model = metadata.model
      self.scan = metadata.scan
      self.created = metadata.created ?? (file.modified.timeIntervalSince1970 * 1000).rounded()
      self.byteCount = file.byteCount
    }
  }

  /// A file in the directory that is no graph.
  struct Unreadable: Codable, Sendable {
    var file: String
    var reason: String
  }

  var graphs: [Entry]
  var unreadable: [Unreadable]
}
