import Foundation

/// A file on the hub that a configuration names: `hf://owner/name/path`, with its revision behind the name or the path, as
/// `@revision`, or as `?revision=revision`.
struct HubReference: Sendable, Hashable {
  /// The whole text.
  let text: String
  /// The repository, without a folder.
  let repository: HubRepository
  /// The path inside the repository.
  let path: String

  /// Reads a reference; nil for anything else, and for paths that could leave a folder.
  init?(_ text: String) {
    guard text.hasPrefix("hf://") else { return nil }
    var rest = text.dropFirst(5)
    var revision: Substring?
    if let question = rest.firstIndex(of: "?") {
      let query = rest[rest.index(after: question)...].split(separator: "&")
      revision = query.first { $0.hasPrefix("revision=") }?.dropFirst("revision=".count)
      rest = rest[..<question]
    }
    var parts = rest.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count >= 3 else { return nil }
    for place in [1, parts.count - 1] {
      guard let at = parts[place].lastIndex(of: "@") else { continue }
      revision = parts[place][parts[place].index(after: at)...]
      parts[place] = parts[place][..<at]
    }
    let suffix = revision.map { "@" + $0 } ?? ""
    guard let repository = HubRepository("\(parts[0])/\(parts[1])\(suffix)"), repository.file == nil else {
      return nil
    }
    let path = parts[2...].joined(separator: "/")
    guard HubListing.isSafe(path) else { return nil }
    self.text = text
    self.repository = repository
    self.path = path
  }

  /// The place in a set's folder at which the file is kept.
  var place: String { "\(HubReference.folder)/\(repository.folderName)/\(path)" }

  /// The folder of a set that holds what it names elsewhere on the hub.
  static let folder = "references"
  /// The file that tells readers where each reference is kept.
  static let table = "references.json"

  /// The references in a configuration, each once, in order: whatever begins with `hf://` up to white space, a quote, a
  /// comma or a bracket.
  static func all(in configuration: String) -> [HubReference] {
    var seen: Set<String> = []
    return configuration.components(separatedBy: "hf://").dropFirst().compactMap { rest in
      let end = rest.firstIndex { $0.isWhitespace || "\"',[]{}".contains($0) } ?? rest.endIndex
      let text = "hf://" + rest[..<end]
      return seen.insert(text).inserted ? HubReference(text) : nil
    }
  }
}
