import Foundation
import ModelFiles
import Testing

@Suite("Dashboards that are killed while they are made or changed", .serialized)
struct DashboardsKillTests {
  private static let checkpoint = "killed.sqlite.partial/tallies"

  /// The model, its features and the text, which stay the same when a build goes on.
  private func arguments(_ sandbox: borrowing Sandbox, to output: String) throws -> [String] {
    let text = (0..<600).map { "the \($0 % 7) cats sat on \($0 % 11) mats and ran to \($0 % 13)" }
    _ = try sandbox.file("text.txt", text.joined(separator: "\n\n"))
    return [
      "dashboards", "build", "--model", try TinyModel.path(), "--transcoders",
      try TinyModel.transcoders("plt-relu"), "--text", "text.txt", "--store", output, "--tokens", "8000",
      "--context", "8", "--checkpoint-seconds", "0",
    ]
  }

  @Test("A build that is killed again and again ends with the store of one that was not")
  func build() async throws {
    let sandbox = try Sandbox()
    _ = try await sandbox.succeed(try arguments(sandbox, to: "whole.sqlite"))
    let whole = try await export(sandbox, "whole.sqlite")
    var kills = 0
    for _ in 0..<8 {
      // Killed at its first new checkpoint, whenever that is: most of the text is still to be read.
      let outcome = try await sandbox.signalled(
        try arguments(sandbox, to: "killed.sqlite"), SIGKILL, onceWritten: DashboardsKillTests.checkpoint)
      if outcome.output.hasSuffix("\(128 + SIGKILL)\n") { kills += 1 }
    }
    #expect(kills > 0)
    _ = try await sandbox.succeed(try arguments(sandbox, to: "killed.sqlite"))
    #expect(try await export(sandbox, "killed.sqlite") == whole)
    #expect(!sandbox.listing.contains { $0.contains("partial") })
  }

  /// All of a store that other programs read, file by file, but for when labels were made.
  private func export(_ sandbox: borrowing Sandbox, _ store: String) async throws -> [String: String] {
    let output = "files-" + store
    _ = try await sandbox.succeed([
      "dashboards", "export", output, "--store", store, "--model", try TinyModel.path(), "--transcoders",
      try TinyModel.transcoders("plt-relu"), "--form", "neuronpedia",
    ])
    let folder = sandbox.path(output)
    return try FileManager.default.contentsOfDirectory(atPath: folder).reduce(into: [:]) { found, name in
      let bytes = [UInt8](try Data(contentsOf: URL(filePath: folder + "/" + name)))
      let unpacked = try #require(CompressedBytes.unpack(bytes, atMost: 1 << 26))
      let text = String(decoding: unpacked, as: UTF8.self)
      found[name] = text.replacing(#/"time" ?: ?[\d.]+/#, with: "")
    }
  }

  @Test("A store that is killed while it is written is whole when it is opened again")
  func importing() async throws {
    let sandbox = try Sandbox()
    _ = try await sandbox.succeed(try arguments(sandbox, to: "a.sqlite"))
    let before = try await export(sandbox, "a.sqlite")
    let features = [
      "--store", "a.sqlite", "--model", try TinyModel.path(), "--transcoders",
      try TinyModel.transcoders("plt-relu"),
    ]
    for _ in 0..<6 {
      let tool = try sandbox.start(["dashboards", "import", "files-a.sqlite"] + features)
      // The writer's own file grows as soon as it writes.
      while tool.process.isRunning, sandbox.size("a.sqlite-wal") == 0 {
        try await Task.sleep(for: .milliseconds(1))
      }
      if tool.process.isRunning { kill(tool.process.processIdentifier, SIGKILL) }
      _ = await tool.outcome(timeout: 30)
      try FileManager.default.removeItem(atPath: sandbox.path("files-a.sqlite"))
      // Importing its own export changes nothing that an export shows, done or not.
      #expect(try await export(sandbox, "a.sqlite") == before)
    }
  }

  @Test("Ctrl-C saves and ends; the same command goes on")
  func interrupted() async throws {
    let sandbox = try Sandbox()
    _ = try await sandbox.succeed(try arguments(sandbox, to: "whole.sqlite"))
    let whole = try await export(sandbox, "whole.sqlite")
    let outcome = try await sandbox.signalled(
      try arguments(sandbox, to: "killed.sqlite"), SIGINT, onceWritten: DashboardsKillTests.checkpoint)
    #expect(outcome.output == "Stopped; the same command goes on.\n0\n", "\(outcome)")
    _ = try await sandbox.succeed(try arguments(sandbox, to: "killed.sqlite"))
    #expect(try await export(sandbox, "killed.sqlite") == whole)
  }
}

extension Sandbox {
  /// The bytes of a file, 0 when there is none.
  fileprivate func size(_ name: String) -> Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path(name))
    return (attributes?[.size] as? NSNumber)?.intValue ?? 0
  }
}
