import Foundation
import GraphFiles

/// The answer of `GET graphs`.
struct GraphList: Encodable {
  /// What the gallery shows of one graph.
  struct Entry: Encodable {
    var slug: String
    var prompt: String
    var tokenCount: Int
    var model: String?
    var transcoders: String?
    /// Milliseconds since 1970: when the graph was made, else when its file was written.
    var created: Double
    var byteCount: Int
    var nodeCount: Int?
    var edgeCount: Int?
    var replacementScore: Double?
    var completenessScore: Double?
    /// Whether there is a graph to prune again from.
    var canPrune: Bool
    var revision: String

    init(slug: String, file: GraphDirectory.File, metadata: GraphMetadata) {
      self.slug = slug
      prompt = metadata.prompt.isEmpty ? metadata.promptTokens.joined() : metadata.prompt
      tokenCount = metadata.promptTokens.count
      let facts = metadata.facts
      model = facts["model"]?.text
      transcoders =
        facts["transcoders"]?.text ?? (metadata.transcoderSetID.isEmpty ? nil : metadata.transcoderSetID)
      created =
        metadata.info?.createTimeMilliseconds.map(Double.init)
        ?? (file.modified.timeIntervalSince1970 * 1000).rounded()
      byteCount = file.byteCount
      nodeCount = facts["nodeCount"]?.int
      edgeCount = facts["edgeCount"]?.int
      replacementScore = facts["replacementScore"]?.double
      completenessScore = facts["completenessScore"]?.double
      canPrune = FileManager.default.fileExists(atPath: CondensedGraphFile.place(beside: file.url).path)
      revision = file.revision
    }
  }

  /// A file in the directory that is no graph.
  struct Unreadable: Encodable {
    var file: String
    var reason: String
  }

  var graphs: [Entry] = []
  var unreadable: [Unreadable] = []

  /// Lists readable graphs, newest first, and what could not be read.
  init(_ directory: GraphDirectory) {
    for (slug, file) in directory.files().sorted(by: { $0.key < $1.key }) {
      do {
        let metadata = try directory.metadata(slug, file)
        graphs.append(Entry(slug: slug, file: file, metadata: metadata))
      } catch {
        unreadable.append(Unreadable(file: "\(slug).json", reason: error.description))
      }
    }
    graphs.sort { ($1.created, $0.slug) < ($0.created, $1.slug) }
  }
}

extension GraphMetadata {
  /// What this program noted of the graph.
  var facts: [String: JSONValue] {
    if case .object(let values)? = other["microscope"] { values } else { [:] }
  }
}
