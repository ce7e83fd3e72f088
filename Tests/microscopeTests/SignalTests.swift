import Foundation
import Testing

@Suite("signals and streams", .serialized)
struct SignalTests {
  /// Arguments of a trace that takes long: the features are ranked anew after each.
  private func endless() throws -> [String] {
    let ids = (0..<64).map { String(3 + $0 * 5) }.joined(separator: ",")
    return [
      "trace", "--ids", ids, "--model", try TinyModel.path(), "--max-feature-nodes", "1000000", "--compat",
      "circuit-tracer", "--batch-size", "1", "--update-interval", "1", "--graph", "raw.safetensors",
      "--output",
      "graphs",
    ]
  }

  @Test("Ctrl-C ends a trace and leaves nothing behind", arguments: [SIGINT, SIGTERM])
  func interrupt(signal: Int32) async throws {
    let sandbox = try Sandbox()
    // The shell keeps the time: it does not wait for the other tests.
    let script = "set -m; \"$0\" \"$@\" & sleep 0.5; kill -\(signal) $!; wait $!; echo $?"
    let outcome = try await sandbox.shell(script, endless())
    #expect(outcome.output == "\(128 + signal)\n" && !outcome.errors.contains("Error"), "\(outcome)")
    #expect(sandbox.listing.isEmpty)
  }

  @Test("a reader that goes away ends the command without a word")
  func pipe() async throws {
    let sandbox = try Sandbox()
    let arguments = ["The cat sat on the", "--model", try TinyModel.path()]
    let outcome = try await sandbox.shell("\"$0\" trace \"$@\" | head -1", arguments)
    #expect(outcome.status == 0 && outcome.errors.isEmpty && outcome.output.hasPrefix("tokens"), "\(outcome)")
    let deaf = try await sandbox.shell("\"$0\" trace \"$@\" | true", arguments)
    #expect(deaf.errors.isEmpty, "\(deaf)")
  }

  @Test("output that cannot be written is an error")
  func full() async throws {
    let sandbox = try Sandbox()
    let outcome = try await sandbox.shell(
      "\"$0\" tokenize \"$@\" > /dev/full", ["The cat", "--model", try TinyModel.path()])
    #expect(outcome.faultAsRefusal == nil && outcome.errors.contains("standard output"), "\(outcome)")
  }

  @Test("closed streams do no harm")
  func closed() async throws {
    let sandbox = try Sandbox()
    let model = ["--model", try TinyModel.path()]
    let outcome = try await sandbox.shell("\"$0\" run x \"$@\" 2>&-", model)
    #expect(outcome.status == 0 && outcome.signal == nil && outcome.output.hasPrefix("tokens"), "\(outcome)")
    let refused = try await sandbox.shell("\"$0\" run '' \"$@\" 2>&- <&-", model)
    #expect(refused.status == 1 && refused.signal == nil, "\(refused)")
  }
}
