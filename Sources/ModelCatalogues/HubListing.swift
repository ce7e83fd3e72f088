import Foundation

/// One file of a repository on the hub.
struct HubFile: Sendable, Hashable {
  /// The path inside the repository.
  let path: String
  /// The path at which it is kept, in the folder of what is pulled.
  let place: String
  /// The length in bytes.
  let bytes: Int64
  /// What the content must hash to, when the hub says so.
  let digest: ContentDigest?

  /// The name under which the file is kept while it arrives: another content never gets the same one.
  var incomingName: String {
    let flat = path.split(separator: "/").joined(separator: "--")
    return "\(flat).\(digest?.hex.prefix(16) ?? "any").partial"
  }
}

/// The files of a repository at one revision, as the hub lists them.
struct HubListing: Sendable, Hashable {
  /// The commit that the revision stood for, 40 digits.
  let commit: String?
  /// Every path that the hub lists; foreign text that is not yet known to be safe.
  let paths: [String]
  private let details: [String: Detail]

  private struct Detail: Sendable, Hashable {
    let bytes: Int64?
    let digest: ContentDigest?
  }

  /// Reads the answer of `/api/models/{repository}/revision/{revision}?blobs=true`.
  init(json: Data, repository: String) throws(PullError) {
    let answer: Answer
    do {
      answer = try JSONDecoder().decode(Answer.self, from: json)
    } catch {
      throw .badListing(repository: repository, problem: "could not be understood")
    }
    commit = answer.sha.flatMap { Self.isHex($0, digits: 40) ? $0 : nil }
    paths = answer.siblings.map(\.rfilename)
    details = Dictionary(answer.siblings.map { ($0.rfilename, Self.detail($0)) }) { first, _ in first }
  }

  /// The files of one repository that a tool needs.
  ///
  /// 1. Only names at the top are looked at, except for transcoder sets, which may use subfolders, or of which one folder
  ///    is wanted, whose files are kept as if it were the repository.
  /// 2. Configuration, tokenizer and chat template go along always.
  /// 3. Weights: the GGUF file that was asked for; else all safetensors files (of `model*` and `consolidated*`,
  ///    which hold the same weights twice, only the former); else the one GGUF file that there is. Transcoder sets may
  ///    also be numpy archives, or only a `config.yaml` that lists files elsewhere.
  ///
  /// - Throws: `badListing` for a path that could leave the folder, a missing length or absurd ones;
  ///   `noWeights`; `noConfiguration`; `chooseFile`; `notFound`.
  func needed(
    of repository: HubRepository, shelf: MicroscopeHome.Shelf
  ) throws(PullError) -> [HubFile] {
    let prefix = repository.folder.map { $0 + "/" } ?? ""
    let inside = paths.filter { $0.hasPrefix(prefix) }
    if let folder = repository.folder, inside.isEmpty {
      throw .noFolder(repository: repository.path, folder: folder, there: foldersOfSets)
    }
    let candidates = inside.filter { shelf == .transcoders || !$0.contains("/") }
    let weights =
      try shelf == .transcoders
      ? transcoderWeights(among: candidates, prefix: prefix, of: repository)
      : weights(among: candidates, of: repository)
    if shelf == .models, weights.contains(where: { $0.hasSuffix(".safetensors") }) {
      guard candidates.contains("config.json") else { throw .noConfiguration(repository: repository.path) }
    }
    let wanted = candidates.filter(Self.goesAlong) + weights
    return try files(Set(wanted).sorted(), of: repository) { String($0.dropFirst(prefix.count)) }
  }

  /// The files at these paths, each with the place at which it is kept.
  ///
  /// - Throws: `notFound` for a path that is not listed, `badListing` as above.
  func files(
    _ paths: [String], of repository: HubRepository, place: (String) -> String
  ) throws(PullError) -> [HubFile] {
    var total: Int64 = 0
    var files: [HubFile] = []
    for path in paths {
      guard details[path] != nil else { throw .notFound(repository: repository.path, file: path) }
      guard Self.isSafe(path) else {
        throw .badListing(repository: repository.path, problem: "names the unsafe path “\(path)”")
      }
      guard let detail = details[path], let bytes = detail.bytes, bytes >= 0 else {
        throw .badListing(repository: repository.path, problem: "gives no length for \(path)")
      }
      let (sum, overflow) = total.addingReportingOverflow(bytes)
      guard !overflow else {
        throw .badListing(repository: repository.path, problem: "gives absurd lengths")
      }
      total = sum
      files.append(HubFile(path: path, place: place(path), bytes: bytes, digest: detail.digest))
    }
    return files
  }

  private func weights(
    among paths: [String], of repository: HubRepository
  ) throws(PullError) -> [String] {
    if let file = repository.file {
      guard paths.contains(file) else { throw .notFound(repository: repository.path, file: file) }
      return [file]
    }
    let isIndex = { (path: String) in path.hasSuffix(".safetensors.index.json") }
    var tensors = paths.filter { $0.hasSuffix(".safetensors") || isIndex($0) }
    if tensors.contains(where: { $0.hasPrefix("model") }) {
      tensors.removeAll { $0.hasPrefix("consolidated") }
    }
    if tensors.contains(where: { !isIndex($0) }) { return tensors }
    let ggufs = paths.filter { $0.hasSuffix(".gguf") }
    guard let only = ggufs.first else { throw .noWeights(repository: repository.path) }
    guard ggufs.count == 1 else {
      throw .chooseFile(repository: repository.description, files: ggufs.sorted())
    }
    return [only]
  }

  private func transcoderWeights(
    among paths: [String], prefix: String, of repository: HubRepository
  ) throws(PullError) -> [String] {
    let weights = paths.filter { $0.hasSuffix(".safetensors") || $0.hasSuffix(".npz") }
    guard !weights.isEmpty || paths.contains(prefix + "config.yaml") else {
      guard !foldersOfSets.isEmpty else { throw .noWeights(repository: repository.description) }
      throw .noFolder(repository: repository.path, folder: repository.folder ?? "", there: foldersOfSets)
    }
    return weights
  }

  /// The folders that hold a transcoder set's configuration.
  private var foldersOfSets: [String] {
    paths.filter { $0.hasSuffix("/config.yaml") }.map { String($0.dropLast("/config.yaml".count)) }.sorted()
  }

  private static func goesAlong(_ path: String) -> Bool {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let always: Set = [
      "config.json", "generation_config.json", "special_tokens_map.json", "config.yaml", "cfg.json",
      "chat_template.jinja",
    ]
    return always.contains(name) || (name.hasPrefix("tokenizer") && name.hasSuffix(".json"))
  }

  /// Whether a path stays in the folder that it is joined onto, on any file system.
  static func isSafe(_ path: String) -> Bool {
    guard !path.isEmpty, path.utf8.count <= 512 else { return false }
    let isPlain = path.unicodeScalars.allSatisfy { scalar in
      scalar.value >= 32 && scalar.value != 127 && !#"\:*?"<>|"#.unicodeScalars.contains(scalar)
    }
    let steps = path.split(separator: "/", omittingEmptySubsequences: false)
    return isPlain
      && steps.allSatisfy { !$0.isEmpty && !$0.hasPrefix(".") && !$0.hasPrefix("~") && $0.utf8.count <= 200 }
  }

  private static func detail(_ sibling: Sibling) -> Detail {
    var digest: ContentDigest?
    if let sha = sibling.lfs?.sha256, isHex(sha, digits: 64) {
      digest = .sha256(sha.lowercased())
    } else if sibling.lfs == nil, let blob = sibling.blobId, isHex(blob, digits: 40) {
      digest = .gitBlob(blob.lowercased())
    }
    return Detail(bytes: sibling.lfs?.size ?? sibling.size, digest: digest)
  }

  private static func isHex(_ text: String, digits: Int) -> Bool {
    text.utf8.count == digits && text.allSatisfy { $0.isASCII && $0.isHexDigit }
  }
}

/// The part of the hub's answer that is read.
private struct Answer: Decodable {
  let sha: String?
  let siblings: [Sibling]
}

private struct Sibling: Decodable {
  struct LargeFile: Decodable {
    let sha256: String?
    let size: Int64?
  }

  let rfilename: String
  let size: Int64?
  let blobId: String?
  let lfs: LargeFile?
}
