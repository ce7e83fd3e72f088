import Foundation
import ModelFiles
import Testing
import Transcoders
import _TestSupport

@Suite("Spoiled transcoder folders are refused in one sentence")
struct HostileTranscoderTests {
  /// A way to spoil a folder, and what the refusal must mention.
  struct Spoiling: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let mention: String
    let base: @Sendable () -> TranscoderFolder
    let spoil: @Sendable (inout TranscoderFolder) -> Void

    init(
      _ name: String, mention: String, of base: @escaping @Sendable () -> TranscoderFolder,
      _ spoil: @escaping @Sendable (inout TranscoderFolder) -> Void
    ) {
      testDescription = name
      self.mention = mention
      self.base = base
      self.spoil = spoil
    }

    /// Spoils a per-layer set.
    static func perLayer(
      _ name: String, mention: String, _ spoil: @escaping @Sendable (inout TranscoderFolder) -> Void
    ) -> Spoiling {
      Spoiling(name, mention: mention, of: { TranscoderFolder.perLayer(thresholds: true, skip: true) }, spoil)
    }

    /// Spoils a cross-layer set.
    static func crossLayer(
      _ name: String, mention: String, _ spoil: @escaping @Sendable (inout TranscoderFolder) -> Void
    ) -> Spoiling {
      Spoiling(name, mention: mention, of: { TranscoderFolder.crossLayer(thresholds: true) }, spoil)
    }
  }

  static let configurations: [Spoiling] = [
    .perLayer("no config.yaml", mention: "config.yaml") { $0.configuration = nil },
    .perLayer("not UTF-8", mention: "config.yaml") { $0.configuration = Data([0x6B, 0xFF, 0xFE, 0x3A]) },
    .perLayer("not YAML", mention: "YAML") { $0.text = "model_kind: [transcoder_set" },
    .perLayer("an empty file", mention: "config.yaml") { $0.text = "" },
    .perLayer("a list", mention: "config.yaml") { $0.text = "- model_kind\n- transcoder_set\n" },
    .perLayer("an endless alias", mention: "config.yaml") { $0.text = "a: &a [*a]\nmodel_kind: *a\n" },
    .perLayer("lists in lists in lists", mention: "config.yaml") {
      $0.text = "scan: " + String(repeating: "[", count: 900_000)
    },
    .perLayer("lists in lists that end", mention: "config.yaml") {
      $0.text += "\nother: " + String(repeating: "[", count: 450_000) + String(repeating: "]", count: 450_000)
    },
    .perLayer("mappings in mappings", mention: "config.yaml") {
      $0.text = (0..<340).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n")
    },
    .perLayer("a config.yaml of more than a megabyte", mention: "config.yaml") {
      $0.text += String(repeating: "\n#", count: 600_000)
    },
    .perLayer("an alias of aliases as a key", mention: "config.yaml") {
      let rows = (1..<40).map {
        "k\($0): &k\($0) [\(Array(repeating: "*k\($0 - 1)", count: 9).joined(separator: ", "))]"
      }
      $0.text += "\nk0: &k0 [x]\n" + rows.joined(separator: "\n") + "\n? *k39\n: x\n? [*k39, y]\n: z\n"
    },
    .perLayer("no kind", mention: "model_kind") { $0.text = $0.text.replacing("model_kind", with: "kind") },
    .perLayer("a kind that is a list", mention: "kind") {
      $0.text = $0.text.replacing("transcoder_set", with: "[transcoder_set]")
    },
    .perLayer("an unknown kind", mention: "sae") {
      $0.text = $0.text.replacing("transcoder_set", with: "sae")
    },
    .perLayer("a kind with control characters", mention: "model_kind") {
      $0.text = $0.text.replacing(
        "transcoder_set", with: "\"x\\n\\e[2J\(String(repeating: "y", count: 9999))\"")
    },
    .perLayer("an unknown input hook", mention: "hook_resid_pre") {
      $0.text = $0.text.replacing("mlp.hook_in", with: "hook_resid_pre")
    },
    .perLayer("no input hook", mention: "feature_input_hook") {
      $0.text = $0.text.replacing("feature_input_hook", with: "input")
    },
    .perLayer("an unknown output hook", mention: "hook_attn_out") {
      $0.text = $0.text.replacing("mlp.hook_out", with: "hook_attn_out")
    },
    .perLayer("an unknown activation function", mention: "gelu") { $0.text += "\nactivation: gelu" },
    .perLayer("topk without k", mention: "'k'") { $0.text += "\nactivation: topk" },
    .perLayer("topk with k 0", mention: "'k'") { $0.text += "\nactivation: topk\nk: 0" },
    .perLayer("topk with a negative k", mention: "'k'") { $0.text += "\nactivation: topk\nk: -4" },
    .perLayer("topk with a k that is text", mention: "k") { $0.text += "\nactivation: topk\nk: many" },
    .perLayer("topk with a k beyond all numbers", mention: "k") {
      $0.text += "\nactivation: topk\nk: 99999999999999999999999"
    },
    Spoiling("jumprelu without thresholds", mention: "threshold", of: { .perLayer() }) {
      $0.text += "\nactivation: jumprelu"
    },
  ]

  static let tensors: [Spoiling] = [
    .perLayer("no layers", mention: "layer_0.safetensors") { $0.files = [:] },
    .perLayer("the first layer missing", mention: "layer_0.safetensors") {
      $0.files["layer_0.safetensors"] = nil
    },
    .perLayer("a gap between layers", mention: "layer_2.safetensors") {
      $0.files["layer_3.safetensors"] = $0.files["layer_0.safetensors"]
    },
    .perLayer("no encoder", mention: "W_enc") { $0.files["layer_1.safetensors"]?["W_enc"] = nil },
    .perLayer("no decoder bias", mention: "b_dec") { $0.files["layer_1.safetensors"]?["b_dec"] = nil },
    .perLayer("an encoder of three dimensions", mention: "W_enc") { $0.reshape("W_enc", [5, 2, 2]) },
    .perLayer("an encoder of no dimension", mention: "W_enc") { $0.reshape("W_enc", []) },
    .perLayer("an empty encoder", mention: "layer_0.safetensors") { $0.reshape("W_enc", [0, 0]) },
    .perLayer("an encoder of integers", mention: "W_enc") { $0.retype("W_enc", .integer(.i32)) },
    .perLayer("an encoder in double precision", mention: "W_enc") { $0.retype("W_enc", .float64) },
    .perLayer("a decoder turned", mention: "W_dec") { $0.reshape("W_dec", [4, 5]) },
    .perLayer("a short bias", mention: "b_enc") { $0.reshape("b_enc", [4]) },
    .perLayer("a long decoder bias", mention: "b_dec") { $0.reshape("b_dec", [5]) },
    .perLayer("a bias that is not a number", mention: "b_enc") {
      $0.files["layer_1.safetensors"]?["b_enc"]?.values[2] = .nan
    },
    .perLayer("a decoder bias that is not a number", mention: "b_dec") {
      $0.files["layer_0.safetensors"]?["b_dec"]?.values[0] = .nan
    },
    .perLayer("a threshold that is not a number", mention: "threshold") {
      $0.files["layer_1.safetensors"]?["activation_function.threshold"]?.values[4] = .nan
    },
    .perLayer("short thresholds", mention: "threshold") { $0.reshape("activation_function.threshold", [1]) },
    .perLayer("thresholds in one layer only", mention: "threshold") {
      $0.files["layer_1.safetensors"]?["activation_function.threshold"] = nil
    },
    .perLayer("a skip connection that is not square", mention: "W_skip") { $0.reshape("W_skip", [4, 3]) },
    .perLayer("layers of different widths", mention: "width") { folder in
      folder.files["layer_1.safetensors"] = [
        "W_enc": .init(shape: [1, 3], values: [1, 2, 3]), "b_enc": .init(shape: [1], values: [0]),
        "W_dec": .init(shape: [1, 3], values: [1, 2, 3]), "b_dec": .init(shape: [3], values: [1, 2, 3]),
        "activation_function.threshold": .init(shape: [1], values: [0]),
      ]
    },
    .perLayer("a truncated file", mention: "layer_1.safetensors") {
      $0.truncations["layer_1.safetensors"] = 600
    },
    .perLayer("a file cut in its header", mention: "layer_0.safetensors") {
      $0.truncations["layer_0.safetensors"] = 20
    },
    .perLayer("an empty file", mention: "layer_0.safetensors") { $0.truncations["layer_0.safetensors"] = 0 },
    .crossLayer("no decoder file", mention: "W_dec_1") { $0.files["W_dec_1.safetensors"] = nil },
    .crossLayer("no encoder file", mention: "W_enc_0") { $0.files["W_enc_0.safetensors"] = nil },
    .crossLayer("a decoder of two dimensions", mention: "W_dec_0") { $0.reshape("W_dec_0", [10, 4]) },
    .crossLayer("a decoder by (layer, feature)", mention: "W_dec_0") { $0.reshape("W_dec_0", [2, 5, 4]) },
    .crossLayer("a decoder to layers that there are not", mention: "layer 1") {
      $0.files["W_dec_1.safetensors"] = [
        "W_dec_1": .init(shape: [5, 2, 4], values: Array(repeating: 1, count: 40))
      ]
    },
    .crossLayer("a decoder to no layer", mention: "W_dec_1") { $0.reshape("W_dec_1", [5, 0, 4]) },
    .crossLayer("topk across layers without k", mention: "'k'") { $0.text += "\nactivation: topk" },
  ]

  @Test("A spoiled configuration", arguments: configurations)
  func configuration(spoiling: Spoiling) throws { try expectRefusal(spoiling) }

  @Test("Spoiled tensors", arguments: tensors)
  func tensor(spoiling: Spoiling) throws { try expectRefusal(spoiling) }

  @Test("A folder that is not there, and a file instead of one")
  func noFolder() throws {
    for path in ["/nowhere/at/all", "/dev/null"] {
      expectSentence(#expect(throws: TranscoderError.self) { try TranscoderSet(circuitTracerFolder: path) })
    }
  }

  @Test("Every truncation of a layer's file is refused")
  func truncations() throws {
    var folder = TranscoderFolder.perLayer(skip: true)
    let length = try folder.written { path in
      try Data(contentsOf: URL(filePath: path + "/layer_1.safetensors")).count
    }
    for end in stride(from: 0, to: length, by: 41) {
      folder.truncations["layer_1.safetensors"] = end
      try folder.written { path in
        expectSentence(#expect(throws: ModelFileError.self) { try TranscoderSet(circuitTracerFolder: path) })
      }
    }
  }

  private func expectRefusal(_ spoiling: Spoiling) throws {
    var folder = spoiling.base()
    spoiling.spoil(&folder)
    try folder.written { path in
      let error = #expect(throws: (any Error).self) { try TranscoderSet(circuitTracerFolder: path) }
      #expect(error is TranscoderError || error is ModelFileError)
      expectSentence(error)
      if let error { #expect("\(error)".contains(spoiling.mention), "\(error)") }
    }
  }

  /// Expects an error's text to be one sentence on one line.
  private func expectSentence(_ error: (any Error)?) {
    if let error { #expect("\(error)".isOneSentence, "\(error)") }
  }
}

extension TranscoderFolder {
  /// Gives a tensor of the first file that has it another shape, its values cut or filled up.
  fileprivate mutating func reshape(_ name: String, _ shape: [Int]) {
    guard let file = files.keys.sorted().first(where: { files[$0]?[name] != nil }) else { return }
    let count = shape.reduce(1, *)
    let values = (files[file]?[name]?.values ?? []) + Array(repeating: 1, count: count)
    files[file]?[name] = Tensor(shape: shape, values: Array(values.prefix(count)))
  }

  /// Stores a tensor of the first file that has it in another type.
  fileprivate mutating func retype(_ name: String, _ type: TensorType) {
    guard let file = files.keys.sorted().first(where: { files[$0]?[name] != nil }) else { return }
    files[file]?[name]?.type = type
  }
}
