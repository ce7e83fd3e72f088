import Foundation
import Testing

@Suite("specimens", .serialized)
struct SpecimenTests {
  @Test("the compiled one is made, listed, and opened by its name like any other model")
  func compiled() async throws {
    let sandbox = try Sandbox()
    let missing = try await sandbox.run(["run", "a1 b0 c1 d0 chain", "--model", "specimen/boolean"])
    #expect(missing.status != 0 && missing.errors.contains("microscope specimen train"))
    let made = try await sandbox.succeed(["specimen", "train", "boolean"])
    #expect(made.contains("sha256") && made.contains("truth table") && made.contains("100.0%"))
    #expect(try await sandbox.succeed(["specimen", "list"]).contains("--model boolean"))
    let text = try await sandbox.succeed(["run", "a1 b0 c1 d0 chain", "--model", "specimen/boolean"])
    #expect(text.contains("yes"))
    let scores = try await sandbox.succeed(["specimen", "score", "boolean"])
    #expect(scores.contains("truth table") && scores.contains("100.0%"))
    let other = try await sandbox.run(["specimen", "score", "twohop"])
    #expect(other.status != 0 && other.errors.contains("specimen train twohop"))
  }

  @Test("text is a document a line, each of them one context of the model, and repeats")
  func text() async throws {
    let sandbox = try Sandbox()
    let arguments = ["specimen", "text", "refusal", "--documents", "50", "--output"]
    let said = try await sandbox.succeed(arguments + ["one.jsonl"])
    #expect(said.contains("context=48"))
    _ = try await sandbox.succeed(arguments + ["two.jsonl"])
    _ = try await sandbox.succeed(arguments + ["before.jsonl", "--model", "refusal-before"])
    let text = try sandbox.data("one.jsonl")
    #expect(try sandbox.data("two.jsonl") == text && sandbox.data("before.jsonl") != text)
    let lines = text.split(separator: 0x0A)
    #expect(lines.count == 50)
    for line in lines {
      let words = try JSONDecoder().decode([String: String].self, from: line)["text"]?.split(separator: " ")
      #expect(words?.count == 47 && words?.contains("<s>") == false)
    }
    #expect(String(decoding: text, as: UTF8.self).contains("i cannot help with a"))
    try await sandbox.refuse(arguments + ["x.txt"], "--output")
    try await sandbox.refuse(arguments + ["x.jsonl", "--model", "sums"], "refusal-before")
    try await sandbox.refuse(arguments + ["x.jsonl", "--documents", "0"], "--documents")
  }

  @Test("a specimen that does not reach its scores is told so, and the exit code is not 0")
  func missed() async throws {
    let sandbox = try Sandbox()
    let folder = sandbox.path("names")
    let outcome = try await sandbox.run(
      ["specimen", "train", "names", "--steps", "2", "--output", folder], timeout: 300)
    #expect(outcome.status != 0 && outcome.output.contains("missed") && outcome.errors.contains("misfire"))
    #expect(FileManager.default.fileExists(atPath: folder + "/model.safetensors"))
  }

  @Test("describe shows the language, what it must do, and a key")
  func describe() async throws {
    let sandbox = try Sandbox()
    let text = try await sandbox.succeed(["specimen", "describe", "twohop"])
    for word in ["compositions", "95.0%", "the state of", "relation", "from first, last"] {
      #expect(text.contains(word))
    }
    let json = try await sandbox.succeed(["specimen", "describe", "twohop", "--json"])
    #expect(json.contains("\"edges\"") && json.contains("\"positions\""))
  }

  @Test("wrong names and sizes are one sentence that lists the right ones")
  func wrong() async throws {
    let sandbox = try Sandbox()
    let name = try await sandbox.run(["specimen", "train", "threehop"])
    #expect(name.status != 0 && name.errors.contains("twohop"))
    let size = try await sandbox.run(["specimen", "train", "babel", "--size", "huge"])
    #expect(size.status != 0 && size.errors.contains("small, large"))
    let circuit = try await sandbox.run(["specimen", "describe", "sums", "--circuit", "x"])
    #expect(circuit.status != 0 && circuit.errors.contains("bare"))
  }
}
