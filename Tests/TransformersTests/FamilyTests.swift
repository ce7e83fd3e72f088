import Foundation
import LinearAlgebra
import ModelFiles
import Testing
import Transformers
import _TestSupport

#if canImport(CryptoKit)
  import CryptoKit
#else
  import Crypto
#endif

@Suite("Model families")
struct FamilyTests {
  @Test("Logits of a published folder's form are those of transformers", arguments: FamilyFixture.all)
  func logits(name: String) throws {
    let fixture = try FamilyFixture(name)
    let model = try Transformer(path: fixture.path, workers: Workers(count: 2))
    let (tokens, logits) = try (fixture.expected.integers("tokens"), fixture.expected.matrix("logits"))
    #expect(Difference(model.run(tokens).logits, logits, absolute: 2e-4, relative: 1e-4) == nil)
  }

  @Test("Reading token by token with a cache gives the same logits", arguments: FamilyFixture.all)
  func cached(name: String) throws {
    let fixture = try FamilyFixture(name)
    let model = try Transformer(path: fixture.path, workers: Workers(count: 2))
    let (tokens, logits) = try (fixture.expected.integers("tokens"), fixture.expected.matrix("logits"))
    var cache = KeyValueCache(layerCount: model.configuration.layerCount)
    for (position, token) in tokens.enumerated() {
      let row = model.run([token], continuing: &cache).logits
      #expect(Difference(row, logits[rows: position..<position + 1], absolute: 2e-4, relative: 1e-4) == nil)
    }
  }

  @Test("Half precision weights stay as they are stored")
  func formats() throws {
    let formats: [String: ElementFormat] = [
      "llama-linear-fp16": .f16, "qwen25-window-bf16": .bf16, "gpt2-bare-bf16": .bf16, "pythia": .f32,
    ]
    for (name, format) in formats {
      let weights = try Transformer(path: FamilyFixture(name).path).weights
      #expect(weights.embedding.format == format && weights.blocks[0].query.weight.format == format)
      #expect(weights.blocks[1].down.weight.format == format)
    }
  }

  @Test("Every supported architecture has a model among fixtures and goldens")
  func coverage() throws {
    var covered: Set<String> = []
    let folders = try FamilyFixture.all.map { try FamilyFixture($0).path }
    let goldens = try ForwardGoldenTests.models.map { try Golden.path("tiny/\($0)/model") }
    for folder in folders + goldens {
      covered.insert(try Transformer(path: folder).configuration.architecture)
    }
    #expect(covered.isSubset(of: Transformer.supportedArchitectures))
    let spelledElsewhere: Set = ["gptneox", "gemma3"]  // in GGUF files
    #expect(Set(Transformer.supportedArchitectures).subtracting(covered) == spelledElsewhere)
  }

  @Test("Every fixture is the one that the manifest names, and none is missing or added")
  func manifest() throws {
    struct Manifest: Decodable { var files: [String: Golden.Entry] }
    let root = URL(filePath: try FamilyFixture.root())
    let manifest = try JSONDecoder().decode(
      Manifest.self, from: Data(contentsOf: root.appending(path: "MANIFEST.json")))
    let names = try FileManager.default.subpathsOfDirectory(atPath: root.path)
    #expect(
      Set(names.filter { $0.hasSuffix(".json") || $0.hasSuffix(".safetensors") })
        == Set(manifest.files.keys).union(["MANIFEST.json"]))
    #expect(Set(manifest.files.keys.map { String($0.prefix { $0 != "/" }) }) == Set(FamilyFixture.all))
    for (name, entry) in manifest.files {
      let data = try Data(contentsOf: root.appending(path: name))
      let digest = SHA256.hash(data: data).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      #expect(data.count == entry.bytes && digest == entry.sha256, "\(name)")
    }
  }
}
