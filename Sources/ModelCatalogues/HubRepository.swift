/// A repository on the Hugging Face hub at one revision, written `owner/name[@revision][:file.gguf]`.
public struct HubRepository: Sendable, Hashable, CustomStringConvertible {
  /// The account that owns the repository.
  public let owner: String
  /// The repository's name.
  public let name: String
  /// A branch, tag or commit.
  public let revision: String
  /// The one GGUF file that is wanted, for repositories that hold several or hold other weights too.
  public let file: String?

  /// The branch that is meant when no revision is written.
  public static let defaultRevision = "main"

  /// A repository by its parts, which are taken as they are.
  init(owner: String, name: String, revision: String = defaultRevision, file: String? = nil) {
    self.owner = owner
    self.name = name
    self.revision = revision
    self.file = file
  }

  /// The repository that a text names, or nil when it is not of the form `owner/name[@revision][:file.gguf]`.
  ///
  /// Owner, name and file may hold ASCII letters, digits, `.`, `_` and `-`, do not begin with `.` or `-`, and
  /// owner, name and revision hold no `--`; a revision may also hold `/`.
  public init?(_ text: String) {
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
    guard names.count == 2, names.allSatisfy({ Self.isName($0) && !$0.contains("--") }) else { return nil }
    let steps = revision.split(separator: "/", omittingEmptySubsequences: false)
    guard steps.allSatisfy(Self.isName), !revision.contains("--") else { return nil }
    if let file { guard Self.isName(file), file.hasSuffix(".gguf") else { return nil } }
    self.init(owner: String(names[0]), name: String(names[1]), revision: revision, file: file)
  }

  /// The repository without its revision: `owner/name`.
  public var path: String { "\(owner)/\(name)" }

  /// The text that names it: what `init(_:)` reads.
  public var description: String {
    path + (revision == Self.defaultRevision ? "" : "@\(revision)") + (file.map { ":\($0)" } ?? "")
  }

  /// The folder in which it is kept, which no other repository, revision or file shares.
  var folderName: String {
    let at =
      revision == Self.defaultRevision ? "" : "@" + revision.split(separator: "/").joined(separator: "--")
    return "\(owner)--\(name)\(at)" + (file.map { ":\($0)" } ?? "")
  }

  private static func isName(_ text: some StringProtocol) -> Bool {
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
