import Foundation
import LinearAlgebra
import ModelFiles
package import Transcoders

extension TranscoderSet {
  /// Writes the set in circuit-tracer's format, with thresholds: `config.yaml`, and a file for each layer (per-layer) or two
  /// (cross-layer).
  package func write(toFolder folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (layer, transcoder) in transcoders.enumerated() {
      if isCrossLayer {
        try transcoder.writeCrossLayer(layer, folder)
      } else {
        try transcoder.writePerLayer("\(folder)/layer_\(layer).safetensors")
      }
    }
    let text = """
      model_name: \(TranscoderSet.quoted(modelName ?? "unknown"))
      model_kind: \(isCrossLayer ? "cross_layer_transcoder" : "transcoder_set")
      feature_input_hook: \(input.rawValue)
      feature_output_hook: \(output.rawValue)
      scan: \(TranscoderSet.quoted(name))

      """
    do {
      try Data(text.utf8).write(to: URL(filePath: folder + "/config.yaml"), options: .atomic)
    } catch {
      throw ModelFileError.unwritable(
        path: folder + "/config.yaml", reason: "check that the disk is not full and the folder may be written"
      )
    }
  }

  /// A string as YAML takes it whatever it holds.
  private static func quoted(_ text: String) -> String {
    "'" + text.filter { !$0.isNewline }.replacing("'", with: "''") + "'"
  }
}

extension Transcoder {
  fileprivate func writePerLayer(_ path: String) throws {
    let (features, width) = (encoder.rows, encoder.columns)
    var tensors: [(String, [Int], [Float])] = [
      ("W_enc", [features, width], encoder.floats()), ("W_dec", [features, width], decoder.floats()),
      ("b_enc", [features], encoderBias), ("b_dec", [width], decoderBias),
      ("activation_function.threshold", [features], thresholds),
    ]
    if let skip { tensors.append(("W_skip", [width, width], skip.floats())) }
    try Transcoder.write(tensors, path)
  }

  fileprivate func writeCrossLayer(_ layer: Int, _ folder: String) throws {
    let (features, width) = (encoder.rows, encoder.columns)
    var tensors: [(String, [Int], [Float])] = [
      ("W_enc_\(layer)", [features, width], encoder.floats()), ("b_enc_\(layer)", [features], encoderBias),
      ("b_dec_\(layer)", [width], decoderBias), ("threshold_\(layer)", [features], thresholds),
    ]
    // By (input, output), unlike the per-layer format.
    if let skip { tensors.append(("W_skip_\(layer)", [width, width], skip.widened().transposed().storage)) }
    try Transcoder.write(tensors, "\(folder)/W_enc_\(layer).safetensors")
    try Transcoder.write(
      [("W_dec_\(layer)", [features, span, width], decoder.floats())], "\(folder)/W_dec_\(layer).safetensors")
  }

  private static func write(_ tensors: [(String, [Int], [Float])], _ path: String) throws {
    var writer = try SafetensorsWriter(
      path: path, declaring: tensors.map { SafetensorsWriter.Declaration($0.0, .float(.f32), $0.1) })
    for (name, _, values) in tensors { try writer.append(floats: values, to: name) }
    try writer.finish()
  }
}
