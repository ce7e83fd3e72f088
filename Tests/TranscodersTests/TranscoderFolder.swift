import Foundation
import LinearAlgebra
import ModelFiles

/// A folder in circuit-tracer's format, in parts that a test may change before they are written.
struct TranscoderFolder {
  /// A tensor of a file.
  struct Tensor {
    var shape: [Int]
    var values: [Float]
    var type = TensorType.float(.f32)
  }

  /// The bytes of `config.yaml`; nil for no such file.
  var configuration: Data?
  /// The tensors of each file.
  var files: [String: [String: Tensor]] = [:]
  /// Bytes that are written over a file's own ones, cut off behind them.
  var truncations: [String: Int] = [:]

  /// The text of `config.yaml`.
  var text: String {
    get { String(bytes: configuration ?? Data(), encoding: .utf8) ?? "" }
    set { configuration = Data(newValue.utf8) }
  }

  /// A per-layer set of random numbers: 2 layers, 5 features, width 4.
  static func perLayer(thresholds: Bool = false, skip: Bool = false) -> TranscoderFolder {
    var random = SplitMix64(seed: 5)
    var folder = TranscoderFolder()
    folder.text = """
      model_name: tiny
      model_kind: transcoder_set
      feature_input_hook: mlp.hook_in
      feature_output_hook: mlp.hook_out
      """
    for layer in 0..<2 {
      var tensors = [
        "W_enc": Tensor.random([5, 4], &random), "b_enc": .random([5], &random),
        "W_dec": .random([5, 4], &random), "b_dec": .random([4], &random),
      ]
      if thresholds { tensors["activation_function.threshold"] = .random([5], &random) }
      if skip { tensors["W_skip"] = .random([4, 4], &random) }
      folder.files["layer_\(layer).safetensors"] = tensors
    }
    return folder
  }

  /// A cross-layer set of random numbers: 2 layers, 5 features, width 4.
  static func crossLayer(thresholds: Bool = false, skip: Bool = false) -> TranscoderFolder {
    var random = SplitMix64(seed: 6)
    var folder = TranscoderFolder()
    folder.text = "model_name: tiny\nmodel_kind: cross_layer_transcoder\n"
    for layer in 0..<2 {
      var tensors = [
        "W_enc_\(layer)": Tensor.random([5, 4], &random), "b_enc_\(layer)": .random([5], &random),
        "b_dec_\(layer)": .random([4], &random),
      ]
      if thresholds { tensors["threshold_\(layer)"] = .random([5], &random) }
      if skip { tensors["W_skip_\(layer)"] = .random([4, 4], &random) }
      folder.files["W_enc_\(layer).safetensors"] = tensors
      folder.files["W_dec_\(layer).safetensors"] = ["W_dec_\(layer)": .random([5, 2 - layer, 4], &random)]
    }
    return folder
  }

  /// Writes the folder, calls `body` with its path, and removes it.
  func written<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "transcoders-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try configuration?.write(to: folder.appending(path: "config.yaml"))
    for (name, tensors) in files {
      let path = folder.appending(path: name).path
      try TranscoderFolder.write(tensors, to: path)
      guard let length = truncations[name] else { continue }
      try Data(contentsOf: URL(filePath: path)).prefix(length).write(to: URL(filePath: path))
    }
    return try body(folder.path)
  }

  private static func write(_ tensors: [String: Tensor], to path: String) throws {
    let declarations = tensors.map { SafetensorsWriter.Declaration($0, $1.type, $1.shape) }
    var writer = try SafetensorsWriter(path: path, declaring: declarations)
    for (name, tensor) in tensors {
      if case .integer = tensor.type {
        try writer.append(integers: tensor.values.map { Int($0) }, to: name)
      } else {
        try writer.append(floats: tensor.values, to: name)
      }
    }
    try writer.finish()
  }
}

extension TranscoderFolder.Tensor {
  /// A tensor of random numbers that every float format holds exactly.
  static func random(_ shape: [Int], _ random: inout SplitMix64) -> TranscoderFolder.Tensor {
    let values = (0..<shape.reduce(1, *)).map { _ in Float(Int.random(in: -64...64, using: &random)) / 32 }
    return TranscoderFolder.Tensor(shape: shape, values: values)
  }
}
