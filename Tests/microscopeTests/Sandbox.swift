import Foundation
import Testing
import _TestSupport

/// A folder for one test, with a home and a working folder of its own; it vanishes with the test.
struct Sandbox: ~Copyable {
  private let root: URL
  /// `MICROSCOPE_HOME` of what runs here.
  let home: URL
  /// `MICROSCOPE_SHARE` of what runs here; it does not exist until a test makes it.
  let share: URL
  /// The working folder of what runs here.
  let work: URL
  private let logs: URL
  private let tool: URL

  init() throws {
    let tool = try CommandLineTool().url
    let root = FileManager.default.temporaryDirectory.appending(path: "microscope-" + UUID().uuidString)
      .resolvingSymlinksInPath()
    for name in ["home", "work", "logs"] {
      try FileManager.default.createDirectory(
        at: root.appending(path: name), withIntermediateDirectories: true)
    }
    self.tool = tool
    self.root = root
    home = root.appending(path: "home")
    share = root.appending(path: "share")
    work = root.appending(path: "work")
    logs = root.appending(path: "logs")
  }

  deinit { try? FileManager.default.removeItem(at: root) }

  /// The top of the project, where things that ship lie.
  static let project = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Makes the project's specimens those of what runs here.
  func shipSpecimens() throws {
    try FileManager.default.createDirectory(at: share, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      at: share.appending(path: "Specimens"), withDestinationURL: Self.project.appending(path: "Specimens"))
  }

  /// Returns a path in the working folder.
  func path(_ name: String) -> String { work.appending(path: name).path }

  /// Writes a file in the working folder and returns its path.
  func file(_ name: String, _ contents: Data) throws -> String {
    try contents.write(to: work.appending(path: name))
    return path(name)
  }

  /// Writes a text file in the working folder and returns its path.
  func file(_ name: String, _ text: String) throws -> String { try file(name, Data(text.utf8)) }

  /// Reads a file of the working folder.
  func data(_ name: String) throws -> Data { try Data(contentsOf: work.appending(path: name)) }

  /// Everything in home and working folder.
  var listing: Set<String> {
    let places = [home, work].map { (try? FileManager.default.subpathsOfDirectory(atPath: $0.path)) ?? [] }
    return Set(places[0].map { "home/" + $0 } + places[1].map { "work/" + $0 })
  }

  /// Starts the executable.
  func start(_ arguments: [String], program: URL? = nil) throws -> RunningTool {
    try RunningTool(
      program ?? tool, arguments,
      environment: ["MICROSCOPE_HOME": home.path, "MICROSCOPE_SHARE": share.path],
      directory: work, folder: logs)
  }

  /// Runs the executable to its end.
  func run(_ arguments: [String], timeout: Double = 60) async throws -> Outcome {
    try await start(arguments).outcome(timeout: timeout)
  }

  /// Runs a shell script in which `$0` is the executable and `$1`… are `arguments`.
  func shell(_ script: String, _ arguments: [String] = [], timeout: Double = 60) async throws -> Outcome {
    try await start(["-c", script, tool.path] + arguments, program: URL(filePath: "/bin/sh"))
      .outcome(timeout: timeout)
  }

  /// Runs the executable until it has written `file` anew, or is done, and sends it a signal `delay` milliseconds later.
  ///
  /// A shell keeps the time, since this process may be busy with other tests; its output ends with a line that holds the
  /// executable's status.
  func signalled(
    _ arguments: [String], _ signal: Int32, after delay: Int = 0, onceWritten file: String
  ) async throws -> Outcome {
    let script = """
      set -m; touch begun; "$0" "$@" &
      until [ '\(file)' -nt begun ] || ! kill -0 $! 2>&-; do sleep 0.002; done
      sleep \(Double(delay) / 1000); kill -\(signal) $! 2>&-; wait $! 2>&-; echo $?
      """
    return try await shell(script, arguments, timeout: 120)
  }

  /// Runs the executable, which must succeed, and returns what it printed.
  func succeed(
    _ arguments: [String], timeout: Double = 60, _ location: SourceLocation = #_sourceLocation
  ) async throws -> String {
    let outcome = try await run(arguments, timeout: timeout)
    try #require(
      outcome.signal == nil && outcome.status == 0, "\(arguments): \(outcome)", sourceLocation: location)
    return outcome.output
  }

  /// Runs the executable, which must succeed and print JSON.
  func json<Value: Decodable>(
    _ type: Value.Type, _ arguments: [String], _ location: SourceLocation = #_sourceLocation
  ) async throws -> Value {
    try JSONDecoder().decode(type, from: Data(try await succeed(arguments, location).utf8))
  }
}

extension Sandbox {
  func succeed(_ arguments: [String], _ location: SourceLocation) async throws -> String {
    try await succeed(arguments, timeout: 60, location)
  }

  /// Runs the executable, which must refuse in one sentence that holds `words`, and leave no file.
  func refuse(
    _ arguments: [String], _ words: String = "", within limit: Double = 30,
    _ location: SourceLocation = #_sourceLocation
  ) async throws {
    let before = listing
    let outcome = try await run(arguments, timeout: limit)
    expectRefusal(outcome, arguments, words, before, location)
  }

  /// Judges an outcome that should be a refusal.
  func expectRefusal(
    _ outcome: Outcome, _ arguments: [String], _ words: String = "", _ before: Set<String>,
    _ location: SourceLocation = #_sourceLocation
  ) {
    let what = arguments.map { $0.count > 80 ? $0.prefix(80) + "…" : $0 }
    if let fault = outcome.faultAsRefusal {
      Issue.record("\(what): \(fault): \(outcome)", sourceLocation: location)
    }
    if !words.isEmpty, !outcome.errors.contains(words) {
      Issue.record("\(what): no '\(words)' in \(outcome)", sourceLocation: location)
    }
    let left = listing.subtracting(before)
    if !left.isEmpty { Issue.record("\(what) left \(left.sorted())", sourceLocation: location) }
  }

  /// Runs the executable on something damaged: it may work or refuse, but neither crash nor hang.
  ///
  /// - Returns: Whether it refused.
  @discardableResult
  func survive(
    _ arguments: [String], _ damage: String, _ location: SourceLocation = #_sourceLocation
  ) async throws -> Bool {
    let outcome = try await run(arguments, timeout: 30)
    if outcome.status == 0, outcome.signal == nil { return false }
    if let fault = outcome.faultAsRefusal {
      Issue.record("\(damage): \(fault): \(outcome)", sourceLocation: location)
    }
    return true
  }
}
