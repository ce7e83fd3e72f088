import Foundation

/// The executable while it runs.
struct RunningTool {
  /// The process.
  let process: Process
  private let outputFile: URL
  private let errorFile: URL
  private let start = ContinuousClock.now
  private let ended: AsyncStream<Void>

  /// Starts a program; what it writes goes to files in `folder`.
  init(
    _ program: URL, _ arguments: [String], environment: [String: String], directory: URL, folder: URL
  ) throws {
    let name = UUID().uuidString
    outputFile = folder.appending(path: name + ".out")
    errorFile = folder.appending(path: name + ".err")
    process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = directory
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    for (file, key) in [(outputFile, \Process.standardOutput), (errorFile, \Process.standardError)] {
      _ = FileManager.default.createFile(atPath: file.path, contents: nil)
      process[keyPath: key] = try FileHandle(forWritingTo: file)
    }
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    ended = stream
    process.terminationHandler = { _ in continuation.finish() }
    try process.run()
  }

  /// What it has written to standard output so far.
  var output: String { (try? String(contentsOf: outputFile, encoding: .utf8)) ?? "" }

  /// Waits for the address that a server announces.
  func address() async throws -> URL {
    for _ in 0..<200 {
      if let match = output.firstMatch(of: /http:\/\/127\.0\.0\.1:\d+\//),
        let url = URL(string: String(match.output))
      {
        return url
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    process.terminate()
    throw CocoaError(.fileReadUnknown)
  }

  /// Waits for the end; after `timeout` seconds the process is killed.
  func outcome(timeout: Double) async -> Outcome {
    let identifier = process.processIdentifier
    let watchdog = Task {
      try await Task.sleep(for: .seconds(timeout))
      kill(identifier, SIGKILL)
    }
    for await _ in ended {}
    watchdog.cancel()
    let wasSignalled = process.terminationReason == .uncaughtSignal
    let errors = (try? Data(contentsOf: errorFile)) ?? Data()
    return Outcome(
      output: output, errors: String(decoding: errors, as: UTF8.self), status: process.terminationStatus,
      signal: wasSignalled ? process.terminationStatus : nil,
      seconds: (ContinuousClock.now - start) / .seconds(1))
  }
}
