import Foundation
import ModelFiles
import _TestSupport

/// A tiny random model of some family, as a folder, with the logits that transformers gives for it.
struct FamilyFixture {
  /// The folder's name.
  let name: String
  /// The folder.
  let path: String

  /// The fixture of a name, made by `Scripts/make_family_fixtures.py`.
  init(_ name: String) throws {
    self.name = name
    path = try FamilyFixture.root() + "/" + name
  }

  /// The tokens and the logits of every position.
  var expected: GoldenTensors {
    get throws { GoldenTensors(file: try SafetensorsFile(path: path + "/expected.safetensors")) }
  }

  /// The folder of all fixtures.
  static func root() throws -> String {
    guard let path = Bundle.module.resourcePath else { throw CocoaError(.fileNoSuchFile) }
    return path + "/Fixtures/Families"
  }

  /// The names of all fixtures.
  static let all = [
    "gemma3-nested", "gpt2-bare-bf16", "llama-linear-fp16", "llama2-sharded", "mistral-window",
    "neox-sequential",
    "pythia", "qwen25-window-bf16", "smollm3",
  ]
}
