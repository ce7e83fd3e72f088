import Foundation

/// The built executable, which lies beside the tests.
struct CommandLineTool {
  /// Where it is.
  let url: URL

  /// Looks in the folders of the tests' bundle and above.
  init() throws {
    let bundles = [Bundle.main] + Bundle.allBundles.filter { $0.bundlePath.hasSuffix(".xctest") }
    for bundle in bundles {
      var folder = bundle.bundleURL
      for _ in 0..<4 {
        let candidate = folder.appending(path: "microscope")
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isFolder)
        if exists, !isFolder.boolValue {
          url = candidate
          return
        }
        folder.deleteLastPathComponent()
      }
    }
    throw CocoaError(.fileNoSuchFile)
  }
}

/// What a finished process left.
struct Outcome: CustomStringConvertible {
  var output: String
  var errors: String
  var status: Int32
  var signal: Int32?
  var seconds: Double

  var description: String {
    let end = signal.map { "signal \($0)" } ?? "exit \(status)"
    return "\(end) after \(seconds) s, output '\(output.prefix(200))', errors '\(errors.prefix(600))'"
  }

  /// What is wrong with this as an answer to what cannot be done, nil if nothing is.
  var faultAsRefusal: String? {
    if let signal { return "ended by signal \(signal)" }
    if status == 0 { return "exit code 0" }
    if !output.isEmpty { return "something on standard output" }
    let lines = errors.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count == 2, lines[1].isEmpty else { return "\(lines.count - 1) lines on standard error" }
    guard lines[0].hasPrefix("Error: "), lines[0].hasSuffix(".") || lines[0].hasSuffix("?") else {
      return "no sentence"
    }
    return nil
  }
}
