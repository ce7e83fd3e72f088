import Foundation
import LinearAlgebra
import ModelFiles
import Testing
import Transformers
import _TestSupport

@Suite("Model files damaged by chance", .serialized)
struct ModelFuzzTests {
  /// Opens a model and, where that succeeds, runs it; errors must be one sentence.
  private func open(_ path: String) {
    do {
      let model = try Transformer(path: path, workers: Workers(count: 1))
      // A damaged size may ask for work that a real model would be worth.
      let size = model.configuration
      guard size.layerCount * size.dModel * (size.dMLP + size.dVocab) < 10_000_000 else { return }
      let run = model.run([0], logits: .last)
      #expect(run.logits.columns == size.dVocab)
    } catch {
      let text = "\(error)"
      #expect(error is TransformerError || error is ModelFileError, "\(text)")
      // Names from the file may have points of their own.
      #expect(text.hasSuffix(".") && text.count < 1500 && !text.contains { $0.isNewline }, "\(text)")
    }
  }

  private func expectBounded(_ body: () async throws -> (count: Int, slowest: Double)) async rethrows {
    let before = Fuzz.peakMemory ?? 0
    let result = try await body()
    #expect(result.count > 0 && result.slowest < 20, "\(result)")
    #expect((Fuzz.peakMemory ?? 0) - before < 1 << 31)
  }

  @Test("A config.json is refused or read")
  func configurations() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "fuzz-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for name in FamilyFixture.all where name != "llama2-sharded" {
      let fixture = try FamilyFixture(name)
      try FileManager.default.copyItem(
        atPath: fixture.path + "/model.safetensors", toPath: folder + "/\(name).safetensors")
    }
    let names = FamilyFixture.all.filter { $0 != "llama2-sharded" }
    let configurations = try names.map {
      try [UInt8](Data(contentsOf: file(FamilyFixture($0).path, "config.json")))
    }
    let types = Transformer.supportedArchitectures.map { "\"\($0)\"" }
    let fuzz = Fuzz(
      configurations, words: types + ["\"rope_parameters\": {", "\"text_config\": {", "\"layer_types\": ["])
    var turn = 0
    try await expectBounded {
      try await fuzz.run { bytes in
        turn += 1
        let path = folder + "/model.safetensors"
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.createSymbolicLink(
          atPath: path, withDestinationPath: folder + "/\(names[turn % names.count]).safetensors")
        try Data(bytes).write(to: file(folder, "config.json"))
        open(folder)
      }
    }
  }

  @Test("A model.safetensors is refused or read")
  func weights() async throws {
    let fixture = try FamilyFixture("mistral-window")
    let weights = try [UInt8](Data(contentsOf: file(fixture.path, "model.safetensors")))
    // Damage to the header matters most: the numbers behind it are cut short.
    let fuzz = Fuzz(
      [weights, Array(weights.prefix(6000))], words: ["\"F64\"", "\"I8\"", "\"Q4_K\"", "[16,16]"])
    let folder = FileManager.default.temporaryDirectory.appending(path: "fuzz-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.copyItem(atPath: fixture.path + "/config.json", toPath: folder + "/config.json")
    try await expectBounded {
      try await fuzz.run { bytes in
        try Data(bytes).write(to: file(folder, "model.safetensors"))
        open(folder)
      }
    }
  }

  @Test("A GGUF file is refused or read")
  func gguf() async throws {
    let files = [GGUFModel(TinyTransformer()), GGUFModel(TinyTransformer.forms[1])].map(\.bytes)
    let fuzz = Fuzz(files, words: ["llama", "gemma3", "gpt2", "\u{1}\0\0\0", "\u{7F}\u{7F}\u{7F}\u{7F}"])
    let path = FileManager.default.temporaryDirectory.appending(path: "fuzz-\(UUID().uuidString).gguf").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await expectBounded {
      try await fuzz.run { bytes in
        try Data(bytes).write(to: URL(filePath: path))
        open(path)
      }
    }
  }

  private func file(_ folder: String, _ name: String) -> URL { URL(filePath: folder + "/" + name) }
}
