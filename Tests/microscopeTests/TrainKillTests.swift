import Foundation
import LinearAlgebra
import Testing

@Suite("training that is killed, out of room or out of range", .serialized)
struct TrainKillTests {
  private static let state = "set/checkpoint/state.safetensors"

  /// The model and the text, which stay the same when a run goes on.
  private func source(_ sandbox: borrowing Sandbox, to output: String) throws -> [String] {
    let text = (0..<200).map { "the \($0 % 7) cats sat on \($0 % 11) mats and ran" }.joined(separator: "\n\n")
    _ = try sandbox.file("text.txt", text)
    return ["train", "--model", try TinyModel.path(), "--text", "text.txt", "--output", output]
  }

  /// A run of many short steps with a checkpoint every few of them.
  private func settings(steps: Int) -> [String] {
    let pairs = [
      "batch=32", "roundTokens=512", "context=16", "heldOut=0", "checkpointMinutes=0.0005",
      "weights=bfloat16", "passes=2",
    ]
    return ["--features", "16", "--k", "2", "--tokens", "\(32 * steps)", "--precision", "bfloat16"]
      + pairs.flatMap { ["--set", $0] }
  }

  @Test("A run killed at ten random points ends with the weights of one that was not")
  func killed() async throws {
    let sandbox = try Sandbox()
    let steps = 4000
    _ = try await sandbox.succeed(try source(sandbox, to: "whole") + settings(steps: steps))
    var random = SplitMix64(seed: 42)
    var stepsSeen: Set<String> = []
    for _ in 0..<10 {
      // So that a slow machine meets the run in its steps too, the time counts from the first new checkpoint on.
      _ = try await sandbox.signalled(
        source(sandbox, to: "set") + (stepsSeen.isEmpty ? settings(steps: steps) : ["--resume"]), SIGKILL,
        after: Int.random(in: 0...120, using: &random), onceWritten: TrainKillTests.state)
      stepsSeen.insert(try sandbox.step())
    }
    // The kills met the run at different steps, or there is nothing that this test would show.
    #expect(stepsSeen.count > 3)
    _ = try await sandbox.succeed(try source(sandbox, to: "set") + ["--resume"])
    #expect(try sandbox.data(TrainKillTests.state) == sandbox.data("whole/checkpoint/state.safetensors"))
    // What was being written when a kill came is gone too.
    let files = try FileManager.default.contentsOfDirectory(atPath: sandbox.path("set/checkpoint"))
    #expect(files == ["state.safetensors"])
    let lines = try String(decoding: sandbox.data("set/metrics.jsonl"), as: UTF8.self)
    #expect(lines.split(separator: "\n").count == steps / 10)
  }

  /// Begins a run and interrupts it.
  private func interrupted(_ sandbox: borrowing Sandbox) async throws -> Data {
    let outcome = try await sandbox.signalled(
      source(sandbox, to: "set") + settings(steps: 10_000_000), SIGINT, onceWritten: TrainKillTests.state)
    #expect(outcome.output.hasSuffix("Stopped; go on with --resume.\n0\n"), "\(outcome)")
    return try sandbox.data(TrainKillTests.state)
  }

  @Test("A full disk ends the run in one sentence and leaves the last checkpoint")
  func fullDisk() async throws {
    let sandbox = try Sandbox()
    let before = try await interrupted(sandbox)
    // No file may grow beyond half of a checkpoint: as on a full disk, writing fails.
    let blocks = before.count / 512 / 2
    let outcome = try await sandbox.shell(
      "trap '' XFSZ; ulimit -f \(blocks); exec \"$0\" \"$@\"", try source(sandbox, to: "set") + ["--resume"])
    #expect(outcome.faultAsRefusal == nil, "\(outcome)")
    #expect(try sandbox.data(TrainKillTests.state) == before)
    let files = try FileManager.default.contentsOfDirectory(atPath: sandbox.path("set/checkpoint"))
    #expect(files == ["state.safetensors"])
  }

  @Test("A loss that is no number ends the run in one sentence and leaves the last checkpoint")
  func diverged() async throws {
    let sandbox = try Sandbox()
    var state = try await interrupted(sandbox)
    try state.fill(tensor: "0.3", with: 0x7f)
    _ = try sandbox.file(TrainKillTests.state, state)
    let outcome = try await sandbox.run(try source(sandbox, to: "set") + ["--resume"])
    #expect(outcome.faultAsRefusal == nil, "\(outcome)")
    #expect(
      outcome.errors.contains("range of numbers") && outcome.errors.contains("checkpoint"), "\(outcome)")
    #expect(try sandbox.data(TrainKillTests.state) == state)
  }
}

extension Sandbox {
  /// What the checkpoint says of its step.
  fileprivate func step() throws -> String {
    let bytes = try data("set/checkpoint/state.safetensors")
    let header = String(decoding: bytes[8..<8 + bytes.headerLength], as: UTF8.self)
    return header.firstMatch(of: /\\"step\\":(\d+)/).map { String($0.1) } ?? "none"
  }
}

extension Data {
  /// The length of a safetensors file's header, which its first eight bytes say.
  fileprivate var headerLength: Int {
    prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
  }

  /// Overwrites the bytes of a tensor of a safetensors file.
  fileprivate mutating func fill(tensor name: String, with byte: UInt8) throws {
    let length = headerLength
    let header = try JSONSerialization.jsonObject(with: self[8..<8 + length]) as? [String: Any]
    let tensor = header?[name] as? [String: Any]
    guard let place = tensor?["data_offsets"] as? [Int], place.count == 2 else {
      throw CocoaError(.fileReadCorruptFile)
    }
    let range = 8 + length + place[0]..<8 + length + place[1]
    replaceSubrange(range, with: repeatElement(byte, count: range.count))
  }
}
