import Foundation
import ModelCatalogues
import Testing

@Suite("compact sets, and sets that ship for a model", .serialized)
struct ShippedTranscoderTests {
  private let id = Catalogue.defaultModelID
  private let prompt = "The cat sat on the"

  /// Puts the tiny model where the catalogue's id finds it, and a set where `shelf` has those that are used by default.
  private func shelve(_ set: String?, at shelf: URL, in sandbox: borrowing Sandbox) throws {
    let models = sandbox.home.appending(path: "models")
    try TinyModel.folder(
      models.appending(path: id).path, like: try TinyModel.path(), replacing: "", with: nil)
    if let set { try link(shelf.appending(path: id), to: try TinyModel.transcoders(set)) }
  }

  private func link(_ place: URL, to target: String) throws {
    try FileManager.default.createDirectory(
      at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: place.path, withDestinationPath: target)
  }

  @Test("trace, intervene, generate and success-rate use the set that ships for the model")
  func shipped() async throws {
    let sandbox = try Sandbox()
    let shelf = sandbox.share.appending(path: "Transcoders")
    try shelve("clt-jumprelu", at: shelf, in: sandbox)
    let folder = shelf.appending(path: id).path
    #expect(try await sandbox.succeed(["trace", prompt]).contains("‘, \(folder)\n".dropFirst()))
    let neurons = try await sandbox.succeed(["trace", prompt, "--transcoders", "neurons", "--slug", "n"])
    #expect(neurons.contains("basis   the model's own neurons\n"))
    // The model has 64 neurons a layer and 24 features.
    let change = ["--set", "1/999@-1=x0"]
    try await sandbox.refuse(["generate", prompt, "--count", "2"] + change)
    _ = try await sandbox.succeed(["intervene", prompt, "--set", "1/2@-1=x0"])
    _ = try sandbox.file("p.jsonl", #"{"prompt": "The cat", "expect": "x"}"#)
    _ = try await sandbox.succeed(["success-rate", "p.jsonl", "--count", "1"])
  }

  @Test("a set in the home goes before one that ships, and without any the features are neurons")
  func order() async throws {
    let sandbox = try Sandbox()
    let own = sandbox.home.appending(path: "transcoders")
    try shelve(nil, at: own, in: sandbox)
    let plain = try await sandbox.succeed(["trace", prompt])
    #expect(plain.contains("basis   the model's own neurons\n"))
    try link(sandbox.share.appending(path: "Transcoders/\(id)"), to: try TinyModel.transcoders("plt-relu"))
    try link(own.appending(path: id), to: try TinyModel.transcoders("plt-jumprelu"))
    #expect(try await sandbox.succeed(["trace", prompt]).contains(own.appending(path: id).path))
  }

  @Test("an intervention takes the features of its graph")
  func graph() async throws {
    let sandbox = try Sandbox()
    try shelve("plt-relu", at: sandbox.share.appending(path: "Transcoders"), in: sandbox)
    let intervene = ["intervene", prompt, "--set", "1/2@-1=x0", "--graph"]
    for set in ["neurons", try TinyModel.transcoders("clt-jumprelu")] {
      let slug = set == "neurons" ? set : "clt"
      _ = try await sandbox.succeed(["trace", prompt, "--transcoders", set, "--slug", slug])
    }
    _ = try await sandbox.succeed(intervene + ["neurons"])
    try await sandbox.refuse(intervene + ["clt"], "--transcoders")
    _ = try await sandbox.succeed(
      intervene + ["clt", "--transcoders", try TinyModel.transcoders("clt-jumprelu")])
  }

  @Test(
    "compact writes a set that inspect, trace and evaluate read", arguments: ["plt-jumprelu", "clt-jumprelu"])
  func compact(kind: String) async throws {
    let sandbox = try Sandbox()
    let set = try TinyModel.transcoders(kind)
    let said = try await sandbox.succeed(["compact", set, "small", "--drop", "0.3"])
    #expect(said.contains("layer 3") && said.hasSuffix("small\n"))
    #expect(try await sandbox.succeed(["inspect", "small"]).contains("format      compact\n"))
    let model = ["--model", try TinyModel.path()]
    _ = try await sandbox.succeed(["trace", prompt, "--transcoders", "small"] + model)
    _ = try sandbox.file("t.txt", String(repeating: "the cats sat on mats and ran. ", count: 30))
    _ = try await sandbox.succeed(
      ["evaluate", "--transcoders", "small", "--text", "t.txt", "--length", "16", "--contexts", "2"] + model)
    try await sandbox.refuse(["compact", set, "small"], "exists")
    try await sandbox.refuse(["compact", "nowhere", "other"], "no such folder")
    try await sandbox.refuse(["compact", set, "other", "--drop", "1"], "--drop")
    try await sandbox.refuse(["compact", set, "none/other"], "does not exist")
  }
}
