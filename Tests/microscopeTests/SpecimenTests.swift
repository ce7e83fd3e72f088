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
  }

  @Test("a specimen that does not reach its scores is told so, and the exit code is not 0")
  func missed() async throws {
    let sandbox = try Sandbox()
    let folder = sandbox.path("names")
    let outcome = try await sandbox.run(
      ["specimen", "train", "names", "--steps", "2", "--output", folder], timeout: 300)
    #expect(outcome.status != 0 && outcome.output.contains("missed") && outcome.errors.contains("unknown"))
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
