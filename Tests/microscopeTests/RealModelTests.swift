import Foundation
import ModelCatalogues
import Testing

/// The default model, where it is on this machine: pulled before, or named by `MICROSCOPE_TEST_MODEL`.
private let realModel: URL? = {
  if let path = ProcessInfo.processInfo.environment["MICROSCOPE_TEST_MODEL"] { return URL(filePath: path) }
  return try? Catalogue.builtIn.resolve(Catalogue.defaultModelID, home: MicroscopeHome()).location
}()

@Suite("a real model", .enabled(if: realModel != nil, "the default model has not been pulled"), .serialized)
struct RealModelTests {
  /// Puts the model where the catalogue's id finds it.
  private func shelve(in sandbox: borrowing Sandbox) throws {
    let model = try #require(realModel)
    let shelf = MicroscopeHome(root: sandbox.home).models
    try FileManager.default.createDirectory(at: shelf, withIntermediateDirectories: true)
    var place = shelf.appending(path: Catalogue.defaultModelID)
    if model.pathExtension == "gguf" {
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      place.append(path: "model.gguf")
    }
    try FileManager.default.createSymbolicLink(at: place, withDestinationURL: model)
  }

  @Test("a fact is known, and the first token is the catalogue's")
  func fact() async throws {
    let sandbox = try Sandbox()
    try shelve(in: sandbox)
    let answer = try await sandbox.json(RunAnswer.self, ["run", "The capital of France is", "--json"])
    #expect(answer.tokens.first?.id == 0)
    #expect(answer.logits.first?.piece == " Paris")
    let byPath = try await sandbox.json(
      RunAnswer.self, ["run", "The capital of France is", "--json", "--model", try #require(realModel).path])
    #expect(byPath.tokens.first?.id != 0)
  }

  @Test("an acronym's last letter is the work of a late feature that says it")
  func acronym() async throws {
    let sandbox = try Sandbox()
    try shelve(in: sandbox)
    let prompt = "The National Digital Analytics Group (N"
    let answer = try await sandbox.json(
      TraceAnswer.self, ["trace", prompt, "--transcoders", "neurons", "--json"])
    let page = try PageAnswer(path: try #require(answer.files["json"]))
    let late = page.nodes.filter { node in
      Int(node.layer).map { $0 >= 20 } ?? false && node.clerp.hasPrefix("says")
    }
    #expect(late.contains { $0.clerp.contains("‘D") || $0.clerp.contains("‘ D") })
    #expect(answer.logits.first?.piece == "DA" || answer.logits.first?.piece == "D")
  }

  @Test("sixteen tokens are traced within 1.2 GB, and many nodes have a name")
  func memory() async throws {
    let sandbox = try Sandbox()
    try shelve(in: sandbox)
    let prompt = "When Mary and John went to the store, John gave a drink to"
    let answer = try await sandbox.json(
      TraceAnswer.self, ["trace", prompt, "--transcoders", "neurons", "--json"])
    #expect((14...17).contains(answer.tokens.count))
    #expect(answer.peakBytes <= 1_200_000_000)
    let page = try PageAnswer(path: try #require(answer.files["json"]))
    #expect(page.nodes.filter { !$0.clerp.isEmpty }.count > 50)
  }

  @Test("a prompt of a megabyte is refused within seconds", arguments: ["solid", "words", "lines"])
  func longPrompt(kind: String) async throws {
    let sandbox = try Sandbox()
    try shelve(in: sandbox)
    let text =
      switch kind {
      case "solid": String(repeating: "a", count: 1_000_000)
      case "words": String(repeating: "a word and another ", count: 50_000)
      default: String(repeating: "\n", count: 1_000_000)
      }
    let file = try sandbox.file("long.txt", text)
    try await sandbox.refuse(["trace", "--prompt-file", file], "tokens", within: 20)
  }
}
