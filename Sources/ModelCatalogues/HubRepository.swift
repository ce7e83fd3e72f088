/// A repository on the Hugging Face hub at one revision, or a folder in it, written `owner/name[/folder][@revision][:file.gguf]`.
public struct HubRepository: Sendable, Hashable, CustomStringConvertible {
  /// The account that owns the repository.
  public let owner: String
  /// The repository's name.
  public let name: String
  /// A branch, tag or commit.
  public let revision: String
  /// The folder that is wanted, for repositories that hold several transcoder sets; nil for all.
  public let folder: String?
  /// The one GGUF file that is wanted, for repositories that hold several or hold other weights too.
  public let file: String?

  /// The branch that is meant when no revision is written.
  public static let defaultRevision = "main"

  /// A repository by its parts, which are taken as they are.
  init(
    owner: String, name: String, folder: String? = nil, revision: String = defaultRevision,
    file: String? = nil
  ) {
    self.owner = owner
    self.name = name
    self.folder = folder
    self.revision = revision
    self.file = file
  }

  /// The repository that a text names, or nil when it is not of the form `owner/name[@revision][:file.gguf]`.
  ///
  /// Owner, name and file may hold ASCII letters, digits, `.`, `_` and `-`, do not begin with `.` or `-`, and
  /// owner, name, folder and revision hold no `--`; a revision may also hold `/`.
  ///
  /// - Parameter allowingFolder: Whether a folder may follow the name, and `hf://` stand before it.
  public init?(_ text: String, allowingFolder: Bool = false) {
    let text = allowingFolder && text.hasPrefix("hf://") ? String(text.dropFirst(5)) : text
    var rest = Substring(text)
    var file: String?
    if let colon = rest.lastIndex(of: ":") {
      file = String(rest[rest.index(after: colon)...])
      rest = rest[..<colon]
    }
    var revision = Self.defaultRevision
    if let at = rest.firstIndex(of: "@") {
      revision = String(rest[rest.index(after: at)...])
      rest = rest[..<at]
    }
    let names = rest.split(separator: "/", omittingEmptySubsequences: false)
    guard names.count == 2 || (allowingFolder && (2...8).contains(names.count)),
      names.allSatisfy({ Self.isName($0) && !$0.contains("--") })
    else { return nil }
    let folder = names.count > 2 ? names[2...].joined(separator: "/") : nil
    let steps = revision.split(separator: "/", omittingEmptySubsequences: false)
    guard steps.allSatisfy(Self.isName), !revision.contains("--") else { return nil }
    if let file { guard Self.isName(file), file.hasSuffix(".gguf") else { return nil } }
    self.init(owner: String(names[0]), name: String(names[1]), folder: folder, revision: revision, file: file)
  }

  /// The repository without its revision: `owner/name`.
  public var path: String { "\(owner)/\(name)" }

  /// The text that names it: what `init(_:)` reads.
  public var description: String {
    path + (folder.map { "/\($0)" } ?? "") + (revision == Self.defaultRevision ? "" : "@\(revision)")
      + (file.map { ":\($0)" } ?? "")
  }

  /// The folder in which it is kept, which no other repository, revision or file shares.
  var folderName: String {
    let at =
      revision == Self.defaultRevision ? "" : "@" + revision.split(separator: "/").joined(separator: "--")
    let inner = folder.map { "--" + $0.split(separator: "/").joined(separator: "--") } ?? ""
    return "\(owner)--\(name)\(inner)\(at)" + (file.map { ":\($0)" } ?? "")
  }

  static func isName(_ text: some StringProtocol) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 200 else { return false }
    guard first != UInt8(ascii: "."), first != UInt8(ascii: "-") else { return false }
    return text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
      case UInt8(ascii: "0")...UInt8(ascii: "9"): true
      case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
      default: false
      }
    }
  }
}
