import Foundation

/// What the list of graphs needs from a graph file; nodes and links are not looked at.
struct GraphMetadata: Sendable {
  var prompt: String
  var tokenCount: Int
  var model: String?
  var scan: String?
  /// Milliseconds since 1970, when the file says so.
  var created: Double?

  /// Reads the `metadata` of a graph file.
  init(contentsOf url: URL) throws(GraphMetadataError) {
    guard let data = try? Data(contentsOf: url, options: .mappedIfSafe) else { throw .unreadable }
    guard let bytes = JSONMember.find("metadata", in: data) else { throw .noMetadata }
    guard let written = try? JSONDecoder().decode(Written.self, from: bytes) else { throw .malformed }
    self.prompt = written.prompt ?? written.promptTokens.joined()
    self.tokenCount = written.promptTokens.count
    self.model = written.microscope?.model
    self.scan = written.scan
    self.created = written.info?.created
  }

  private struct Written: Decodable {
    struct Info: Decodable {
      var created: Double?
      enum CodingKeys: String, CodingKey { case created = "create_time_ms" }
    }
    struct Microscope: Decodable {
      var model: String?
    }

    var prompt: String?
    var promptTokens: [String]
    var scan: String?
    var info: Info?
    var microscope: Microscope?

    enum CodingKeys: String, CodingKey {
      case prompt, scan, info, microscope
      case promptTokens = "prompt_tokens"
    }
  }
}

/// Why a file is not listed as a graph.
enum GraphMetadataError: Error, CustomStringConvertible {
  case unreadable
  case noMetadata
  case malformed

  var description: String {
    switch self {
    case .unreadable: "The file cannot be opened."
    case .noMetadata: "The file is not JSON with an object named metadata, or it ends too early."
    case .malformed: "The file's metadata lack prompt_tokens or have fields of the wrong type."
    }
  }
}
