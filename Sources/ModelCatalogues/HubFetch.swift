import Foundation

/// Fetches the needed files of a repository on the hub.
struct HubFetch: Sendable {
  /// What is fetched.
  let repository: HubRepository
  /// What kind of thing it is.
  let shelf: MicroscopeHome.Shelf
  /// The number under which the workspace keeps its files.
  let number: Int
  /// Where the work is done.
  let workspace: PullWorkspace
  /// The hub.
  let client: HubClient
  /// Receives reports.
  let progress: PullProgressHandler

  /// Fetches everything that is missing and verifies it.
  ///
  /// 1. The list of files tells the commit, the lengths and the digests.
  /// 2. What an earlier pull left and this commit does not have is deleted; what it has and verifies is kept.
  /// 3. Every other file arrives under a name made of its digest, is verified, and then gets its own name.
  /// 4. What a transcoder set's `config.yaml` names elsewhere on the hub is fetched in the same way, repository by
  ///    repository, and `references.json` tells where it is.
  func run() async throws(PullError) {
    try await fetch(from: repository, clearing: "") { listing throws(PullError) in
      try listing.needed(of: repository, shelf: shelf)
    }
    if shelf == .transcoders { try await fetchReferences() }
  }

  private func fetchReferences() async throws(PullError) {
    let finished = try workspace.finished(source: number)
    let configuration = finished.appendingPathComponent("config.yaml")
    guard let bytes = FileSizes.bytes(of: configuration), bytes <= 1 << 20,
      let text = try? String(contentsOf: configuration, encoding: .utf8)
    else { return }
    let references = HubReference.all(in: text)
    guard !references.isEmpty else { return }
    let groups = Dictionary(grouping: references, by: \.repository)
    for (elsewhere, members) in groups.sorted(by: { $0.key.description < $1.key.description }) {
      let folder = "\(HubReference.folder)/\(elsewhere.folderName)/"
      try await fetch(from: elsewhere, clearing: folder) { listing throws(PullError) in
        try listing.files(Set(members.map(\.path)).sorted(), of: elsewhere) { folder + $0 }
      }
    }
    let table = Dictionary(references.map { ($0.text, $0.place) }) { first, _ in first }
    let file = finished.appendingPathComponent(HubReference.table)
    do {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try encoder.encode(table).write(to: file, options: .atomic)
    } catch {
      throw .fileSystem(error, at: file)
    }
  }

  /// Fetches the files that `choose` takes from a repository's listing.
  ///
  /// - Parameter folder: The part of what is pulled that belongs to this repository: all but the references, or one folder
  ///   of them.
  private func fetch(
    from repository: HubRepository, clearing folder: String,
    choose: (HubListing) throws(PullError) -> [HubFile]
  ) async throws(PullError) {
    progress(PullProgress(phase: .listing, item: repository.description))
    let scratch = try workspace.scratch().appendingPathComponent("listing.json")
    defer { workspace.clearScratch() }
    let listing = try await client.listing(of: repository, scratch: scratch)
    let files = try choose(listing)
    let finished = try workspace.finished(source: number)
    try prune(finished, below: folder, keeping: files)
    let missing = files.filter { FileSizes.bytes(of: finished.appendingPathComponent($0.place)) == nil }
    let total = files.reduce(0) { $0 + $1.bytes }
    var before = total - missing.reduce(0) { $0 + $1.bytes }
    let incoming = try workspace.incoming()
    let arrived = missing.reduce(0) { sum, file in
      sum + (FileSizes.bytes(of: incoming.appendingPathComponent(file.incomingName)) ?? 0)
    }
    try FileSizes.requireRoom(for: total - before - arrived, in: incoming)
    for file in missing {
      try await fetch(file, of: repository, commit: listing.commit, before: before, total: total)
      before += file.bytes
    }
  }

  private func fetch(
    _ file: HubFile, of repository: HubRepository, commit: String?, before: Int64, total: Int64
  ) async throws(PullError) {
    let place = try workspace.incoming().appendingPathComponent(file.incomingName)
    let progress = progress
    try await client.fetch(file, of: repository, commit: commit, to: place) { done in
      progress(
        PullProgress(phase: .downloading, item: file.path, bytesDone: before + done, bytesTotal: total))
    }
    try file.digest?.verify(place, name: file.path) { done in
      progress(PullProgress(phase: .verifying, item: file.path, bytesDone: done, bytesTotal: file.bytes))
    }
    try workspace.finish(place, as: file.place, source: number)
  }

  /// Deletes what does not belong to the listing or does not verify.
  private func prune(_ folder: URL, below part: String, keeping files: [HubFile]) throws(PullError) {
    let wanted = Dictionary(files.map { ($0.place, $0) }) { first, _ in first }
    let paths = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []
    for path in paths {
      let isReference = path.hasPrefix(HubReference.folder + "/")
      guard part.isEmpty ? !isReference : path.hasPrefix(part) else { continue }
      let url = folder.appendingPathComponent(path)
      guard let bytes = FileSizes.bytes(of: url) else { continue }
      guard let file = wanted[path], file.bytes == bytes, let digest = file.digest else {
        try? FileManager.default.removeItem(at: url)
        continue
      }
      do {
        try digest.verify(url, name: path)
      } catch {
        if case .wrongDigest = error { continue }
        throw error
      }
    }
  }
}
