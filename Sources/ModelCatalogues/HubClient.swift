import Foundation

/// Talks to the Hugging Face hub, or to a mirror that speaks its language.
struct HubClient: Sendable {
  /// Where the hub is when `HF_ENDPOINT` does not say otherwise.
  static let standardEndpoint = "https://huggingface.co"

  private let endpoint: String
  /// The hub's host, for people.
  let host: String
  /// The access token, if any.
  let token: String?
  /// How files are asked for.
  let policy: TransferPolicy

  /// The client that the environment asks for: `HF_ENDPOINT`, and the token in `HF_TOKEN` or, when that is not
  /// set, in the hub's own file: `$HF_HOME/token`, or `~/.cache/huggingface/token`.
  ///
  /// - Throws: `badSetting`.
  init(environment: [String: String], policy: TransferPolicy) throws(PullError) {
    var endpoint = environment["HF_ENDPOINT"] ?? ""
    if endpoint.isEmpty { endpoint = Self.standardEndpoint }
    while endpoint.hasSuffix("/") { endpoint.removeLast() }
    guard let url = URL(string: endpoint), let host = url.host, !host.isEmpty,
      ["http", "https"].contains(url.scheme), url.query == nil, url.fragment == nil
    else {
      throw .badSetting(variable: "HF_ENDPOINT", problem: "is not a web address")
    }
    self.endpoint = endpoint
    self.host = host
    self.policy = policy
    token = try Self.token(environment: environment)
  }

  private static func token(environment: [String: String]) throws(PullError) -> String? {
    let kept = environment["HF_HOME"].flatMap { $0.hasPrefix("/") ? URL(fileURLWithPath: $0) : nil }
    let file =
      kept?.appendingPathComponent("token")
      ?? MicroscopeHome.userFolder(environment: environment).appendingPathComponent(
        ".cache/huggingface/token")
    var text = environment["HF_TOKEN"] ?? ""
    if text.isEmpty, let bytes = FileSizes.bytes(of: file), bytes < 4096 {
      text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    }
    text = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard text.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
      throw .badSetting(variable: "HF_TOKEN", problem: "holds characters that no access token has")
    }
    return text.isEmpty ? nil : text
  }

  /// Fetches the list of a repository's files.
  ///
  /// - Parameter scratch: A file that may be overwritten and is deleted afterwards.
  func listing(of repository: HubRepository, scratch: URL) async throws(PullError) -> HubListing {
    let revision = Self.escaped(repository.revision)
    let address = "\(endpoint)/api/models/\(repository.path)/revision/\(revision)?blobs=true"
    defer { try? FileManager.default.removeItem(at: scratch) }
    try? FileManager.default.removeItem(at: scratch)
    let fetch = Fetch(
      address: address, repository: repository.path, file: nil, bytes: nil, destination: scratch)
    try await perform(fetch) { _ in }
    do {
      return try HubListing(json: try Data(contentsOf: scratch), repository: repository.path)
    } catch {
      throw .fileSystem(error, at: scratch)
    }
  }

  /// Fetches one file, going on from what `destination` already holds, and verifies it.
  ///
  /// - Parameters:
  ///   - commit: The commit that the listing belongs to, so that all files come from the same one.
  ///   - advanced: Called with the bytes of the file that are there.
  func fetch(
    _ file: HubFile, of repository: HubRepository, commit: String?, to destination: URL,
    advanced: @escaping @Sendable (Int64) -> Void
  ) async throws(PullError) {
    if file.digest == nil { try? FileManager.default.removeItem(at: destination) }
    let revision = Self.escaped(commit ?? repository.revision)
    let path = file.path.split(separator: "/").map { Self.escaped(String($0)) }.joined(separator: "/")
    let fetch = Fetch(
      address: "\(endpoint)/\(repository.path)/resolve/\(revision)/\(path)", repository: repository.path,
      file: file.path, bytes: file.bytes, destination: destination)
    try await perform(fetch, advanced: advanced)
  }

  /// Something to fetch; `bytes` is nil for the listing, whose length nobody announces.
  struct Fetch: Sendable {
    let address: String
    let repository: String
    let file: String?
    let bytes: Int64?
    let destination: URL

    var title: String { file ?? "the file list of \(repository)" }
    /// The longest listing that is read: 32 MiB.
    var limit: Int64 { bytes ?? (32 << 20) }
    var present: Int64 { FileSizes.bytes(of: destination) ?? 0 }
    /// Where the next piece ends; nil when it is the last.
    func end(piece: Int64) -> Int64? {
      guard let bytes, bytes - present > piece else { return nil }
      return present + piece
    }
    /// Whether everything is there.
    var isComplete: Bool { bytes.map { present == $0 } ?? true }
  }

  private static func escaped(_ text: String) -> String {
    let unreserved = CharacterSet(
      charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
    return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
  }
}
