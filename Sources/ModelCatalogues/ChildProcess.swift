import Foundation

/// Runs another program to its end.
enum ChildProcess {
  /// How a program ended.
  struct Result: Sendable {
    /// Its exit code, or the signal that ended it.
    let exitCode: Int32
    /// The last non-empty line that it wrote to standard error.
    let lastLine: String
    /// The last 64 KiB that it wrote to standard error.
    let complaint: String
  }

  /// Runs a program with an argument array; no shell is involved.
  ///
  /// - Parameters:
  ///   - folder: Its working folder; what it writes to standard error is kept there meanwhile.
  ///   - tick: Called about five times a second while it runs.
  /// - Throws: `cancelled`, after ending the program; `fileSystem` when it cannot be started.
  static func run(
    _ executable: URL, _ arguments: [String], environment: [String: String], in folder: URL,
    tick: () -> Void
  ) async throws(PullError) -> Result {
    let log = folder.appendingPathComponent("standard-error.txt")
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.environment = environment
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    do {
      try Data().write(to: log)
      let errors = try FileHandle(forWritingTo: log)
      defer { try? errors.close() }
      process.standardError = errors
      try process.run()
    } catch {
      throw .fileSystem(error, at: executable)
    }
    do {
      var pause = 5
      while process.isRunning {
        try await Task.sleep(for: .milliseconds(pause))
        pause = min(200, pause * 2)
        tick()
      }
    } catch {
      await end(process)
      throw .cancelled
    }
    let complaint = tail(of: log)
    let lines = complaint.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
    let last = lines.last { !$0.isEmpty } ?? "it said nothing"
    return Result(exitCode: process.terminationStatus, lastLine: last, complaint: complaint)
  }

  /// Asks a program to end, and after three seconds makes it.
  private static func end(_ process: Process) async {
    process.terminate()
    for _ in 0..<60 where process.isRunning { await pause() }
    guard process.isRunning else { return }
    kill(process.processIdentifier, SIGKILL)
    for _ in 0..<60 where process.isRunning { await pause() }
  }

  /// Fifty milliseconds that a cancelled task waits too.
  private static func pause() async {
    await Task.detached { try? await Task.sleep(for: .milliseconds(50)) }.value
  }

  private static func tail(of url: URL) -> String {
    guard let file = try? FileHandle(forReadingFrom: url), let length = FileSizes.bytes(of: url) else {
      return ""
    }
    defer { try? file.close() }
    try? file.seek(toOffset: UInt64(max(0, length - 65536)))
    let data = (try? file.read(upToCount: 65536)) ?? nil
    return String(decoding: data ?? Data(), as: UTF8.self)
  }
}
