import Foundation
import Testing

@Suite("train and evaluate", .serialized)
struct TrainCommandTests {
  /// Text, and the arguments of a small run over it.
  private func arguments(_ sandbox: borrowing Sandbox) throws -> [String] {
    let text = (0..<200).map { "the \($0 % 7) cats sat on \($0 % 11) mats and ran" }.joined(separator: "\n\n")
    _ = try sandbox.file("text.txt", text)
    return [
      "train", "--model", try TinyModel.path(), "--text", "text.txt", "--output", "set", "--features", "16",
      "--k", "2", "--set", "batch=32", "--set", "roundTokens=128", "--set", "context=16", "--set",
      "heldOut=0",
    ]
  }

  @Test("What train writes, evaluate and trace read", arguments: ["plt", "clt"])
  func whole(kind: String) async throws {
    let sandbox = try Sandbox()
    let said = try await sandbox.succeed(try arguments(sandbox) + ["--kind", kind, "--tokens", "640"])
    #expect(said.contains("Wrote the transcoders to set."))
    let model = ["--model", try TinyModel.path()]
    let numbers = try await sandbox.succeed(
      ["evaluate", "--transcoders", "set", "--text", "text.txt", "--length", "16", "--contexts", "3"] + model)
    #expect(numbers.contains("mean FVU") && numbers.contains("replacement model"))
    _ = try await sandbox.succeed(["trace", "the cats sat", "--transcoders", "set"] + model)
    _ = try await sandbox.succeed(
      try arguments(sandbox) + [
        "--kind", kind, "--tokens", "256", "--init-from", "set", "--fine-tune", "replaced", "--output",
        "tuned",
      ])
    let json = try await sandbox.succeed(
      ["evaluate", "--transcoders", "tuned", "--text", "text.txt", "--length", "16", "--json"] + model)
    #expect(json.contains("\"unsureAgreement\"") && json.contains("\"recoveredFromMean\""))
    let report = try await sandbox.succeed(
      ["evaluate", "--transcoders", "set", "tuned", "--neurons", "--text", "text.txt", "--length", "16"]
        + ["--suite", "text.txt", "--prompts", "3", "--nodes", "5", "20", "--report", "out/report"] + model)
    #expect(report.contains("| neurons") && report.contains("| tuned"))
    for file in ["fvu.svg", "l0.svg", "density.svg", "replacement.svg", "completeness.svg", "report.json"] {
      #expect(try !sandbox.data("out/report/" + file).isEmpty)
    }
    #expect(
      String(decoding: try sandbox.data("out/report/report.md"), as: UTF8.self).hasPrefix(report.dropLast(2)))
  }

  @Test(
    "What cannot be evaluated is refused in one sentence",
    arguments: [
      ["--transcoders", "set"], ["--neurons", "--text", "text.txt"], ["--neurons", "--suite", "klingon"],
      ["--neurons", "--suite", "english", "--nodes", "0"],
      ["--neurons", "--suite", "english", "--nodes", "5", "5"],
      ["--neurons", "--suite", "english", "--held-out"],
      ["--neurons", "--suite", "english", "--prompts", "0"],
      ["--neurons", "--suite", "english", "--report", "text.txt/x"],
      ["--transcoders", "nowhere", "--text", "text.txt"],
    ])
  func unmeasurable(_ more: [String]) async throws {
    let sandbox = try Sandbox()
    _ = try sandbox.file("text.txt", "the cats sat")
    try await sandbox.refuse(["evaluate", "--model", try TinyModel.path()] + more)
  }

  @Test("Ctrl-C saves, and --resume goes on")
  func interrupt() async throws {
    let sandbox = try Sandbox()
    let start = try arguments(sandbox) + ["--tokens", "1000000000"]
    let outcome = try await sandbox.signalled(start, SIGINT, onceWritten: "set/metrics.jsonl")
    #expect(outcome.output.hasSuffix("Stopped; go on with --resume.\n0\n"), "\(outcome)")
    let resume = [
      "train", "--model", try TinyModel.path(), "--text", "text.txt", "--output", "set", "--resume",
    ]
    let again = try await sandbox.signalled(resume, SIGINT, onceWritten: "set/metrics.jsonl")
    #expect(again.output.hasSuffix("Stopped; go on with --resume.\n0\n"), "\(again)")
  }

  @Test(
    "What cannot be trained is refused in one sentence",
    arguments: [
      ["--kind", "sae"], ["--fine-tune", "twice"], ["--features", "0"], ["--set", "typo=1"],
      ["--set", "features"],
      ["--config", "missing.yaml"],
      ["--resume"], ["--init-from", "nowhere"], ["--bos", "999999"], ["--set", "roundTokens=60000000"],
      ["--text", "nowhere.txt"], ["--output", "text.txt"],
    ])
  func refused(_ more: [String]) async throws {
    let sandbox = try Sandbox()
    try await sandbox.refuse(try arguments(sandbox) + more)
  }
}
