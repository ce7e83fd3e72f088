import Foundation
import LinearAlgebra
import ModelCatalogues
import ModelFiles
import Testing

@Suite("specimens that ship", .serialized)
struct ShippedSpecimenTests {
  /// The names of the specimens in the project.
  static let names =
    ((try? FileManager.default.contentsOfDirectory(atPath: Sandbox.project.appending(path: "Specimens").path))
    ?? [])
    .filter { !$0.hasPrefix(".") }.sorted()

  private struct Golden: Decodable {
    let model: String
    let tokens: [Int]
    let logits: [Float]
  }

  @Test("logits are those that transformers computes, within 1e-4")
  func logits() async throws {
    let fixture = try #require(
      Bundle.module.url(forResource: "specimen-logits", withExtension: "json", subdirectory: "Fixtures"))
    let goldens = try JSONDecoder().decode([Golden].self, from: try Data(contentsOf: fixture))
    #expect(Set(goldens.map(\.model)) == ["boolean", "twohop"] && goldens.count == 5)
    let sandbox = try Sandbox()
    try sandbox.shipSpecimens()
    for golden in goldens {
      let ids = golden.tokens.map(String.init).joined(separator: ",")
      _ = try await sandbox.succeed(
        ["run", "--ids", ids, "--model", golden.model, "--output", "run.safetensors"])
      let file = try SafetensorsFile(path: sandbox.path("run.safetensors"))
      let (count, width) = (golden.tokens.count, golden.logits.count)
      let logits = try file.tensor("logits", shape: [count, width]).floats().suffix(width)
      let worst = zip(logits, golden.logits).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(worst <= 1e-4, "\(golden.model) \(golden.tokens): \(worst)")
      #expect(golden.logits.max() ?? 0 > 4)
    }
  }

  @Test(
    "every specimen opens by its name in a home that is empty, and is seen through its clt", arguments: names)
  func opens(name: String) async throws {
    let sandbox = try Sandbox()
    try sandbox.shipSpecimens()
    #expect(try await sandbox.succeed(["specimen", "list"]).contains("--model \(name)  (clt, plt)\n"))
    let keys = try await sandbox.succeed(
      ["specimen", "describe", String(name.split(separator: "-")[0]), "--json"])
    let tokens = try #require(
      try JSONDecoder().decode([Key].self, from: Data(keys.utf8)).first?.tokens.map(String.init))
    let traced = try await sandbox.succeed(
      ["trace", "--ids", tokens.joined(separator: ","), "--model", name], timeout: 120)
    #expect(traced.contains("Specimens/\(name)/clt\n"))
  }

  private struct Key: Decodable { let tokens: [Int] }

  private struct Traced: Decodable {
    struct Metadata: Decodable { let prompt: String }
    let metadata: Metadata
  }

  @Test("a graph's prompt is the text of all its tokens together, spaces included")
  func prompt() async throws {
    let sandbox = try Sandbox()
    try sandbox.shipSpecimens()
    _ = try await sandbox.succeed(
      ["trace", "the opposite of near is", "--model", "babel", "--slug", "near", "--output", "graphs"],
      timeout: 120)
    let data = try Data(contentsOf: URL(filePath: sandbox.path("graphs/near.json")))
    #expect(
      try JSONDecoder().decode(Traced.self, from: data).metadata.prompt == "<s> the opposite of near is")
  }

  @Test("verbs take a specimen's name: evaluate, intervene, generate, tokenize, calibrate")
  func verbs() async throws {
    let sandbox = try Sandbox()
    try sandbox.shipSpecimens()
    let prompt = "the capital of the state of old elm is"
    let tokens = try await sandbox.succeed(["tokenize", prompt, "--model", "twohop"])
    #expect(tokens.contains("elm"))
    let written = try await sandbox.succeed(["generate", prompt, "--model", "twohop", "--count", "2"])
    #expect(written.contains(" ."))
    _ = try await sandbox.succeed(
      ["intervene", prompt, "--model", "specimen/twohop", "--transcoders", "plt", "--set", "1/2@-1=x0"])
    _ = try await sandbox.succeed(["specimen", "text", "twohop", "--documents", "20", "--output", "t.jsonl"])
    let report = try await sandbox.succeed(
      [
        "evaluate", "--model", "twohop", "--transcoders", "clt", "plt", "--text", "t.jsonl", "--length", "48",
        "--contexts", "8",
      ])
    #expect(report.contains("|    clt |    plt |"))
    let scores = try await sandbox.succeed(
      ["calibrate", "twohop", "--prompts", "4", "--probes", "60"], timeout: 120)
    #expect(scores.contains("neurons") && scores.contains(" clt |") && scores.contains(" plt |"))
    #expect(
      try await sandbox.succeed(["specimen", "score", "twohop"], timeout: 120).contains("compositions"))
  }

  @Test("all that ships of the specimens is at most 30 MB")
  func size() throws {
    let folder = Sandbox.project.appending(path: "Specimens")
    let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    let bytes = try files.reduce(0) { sum, file in
      let facts = try FileManager.default.attributesOfItem(atPath: folder.path + "/" + file)
      return sum + (facts[.type] as? FileAttributeType == .typeRegular ? facts[.size] as? Int ?? 0 : 0)
    }
    #expect(bytes > 1_000_000 && bytes <= 30_000_000, "\(bytes)")
  }
}
