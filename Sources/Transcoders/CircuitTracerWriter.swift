import Foundation
import LinearAlgebra
import ModelFiles

extension TranscoderSet {
  /// Writes the set as a folder in circuit-tracer's format, which appears when it is complete; numbers keep their format,
  /// quantised ones become float32.
  ///
  /// 1. The folder is written beside its place under a temporary name.
  /// 2. Per-layer sets are one file a layer; cross-layer ones two, of encoders and of decoders. A cross-layer set's skip
  ///    connections are kept in the encoders' files as `W_skip_{i}` by (input, output), which circuit-tracer does not read.
  /// 3. `config.yaml` names the hooks and the activation function.
  /// 4. The folder is renamed to its place.
  ///
  /// - Parameter folder: The folder to make; it must not exist.
  /// - Throws: `TranscoderError.unfit` for a set that circuit-tracer's format cannot express, `ModelFileError.unwritable`.
  public func write(to folder: String) throws {
    let configuration = try circuitTracerConfiguration()
    try NewFolder.make(folder) { partial in
      for layer in transcoders.indices { try write(layer: layer, to: partial) }
      try Data(configuration.utf8).write(to: URL(filePath: partial + "/config.yaml"))
    }
  }

  /// The text of `config.yaml`, which ends with a line break.
  func circuitTracerConfiguration() throws(TranscoderError) -> String {
    var lines: [String] = []
    if let modelName { lines.append("model_name: \(yaml(modelName))") }
    lines.append("model_kind: \(isCrossLayer ? "cross_layer_transcoder" : "transcoder_set")")
    lines.append("feature_input_hook: \(input.rawValue)")
    lines.append("feature_output_hook: \(output.rawValue)")
    lines.append("scan: \(yaml(name))")
    switch activation {
    case .jumpReLU: break
    case .relu: lines.append("activation: relu")
    case .topK(let k) where !isCrossLayer: lines += ["activation: topk", "k: \(k)"]
    case .topK, .rectifiedTopK:
      throw .unfit(
        name: name,
        problem: "circuit-tracer's format has no such activation function (\(activation)) for such a set")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func write(layer: Int, to folder: String) throws {
    let transcoder = transcoders[layer]
    guard isCrossLayer else {
      let names = LayerNames(
        encoder: "W_enc", encoderBias: "b_enc", thresholds: "activation_function.threshold",
        decoderBias: "b_dec",
        skip: "W_skip")
      return try transcoder.write(
        names, skip: transcoder.skip, decoder: "W_dec", to: "\(folder)/layer_\(layer).safetensors")
    }
    let names = LayerNames(
      encoder: "W_enc_\(layer)", encoderBias: "b_enc_\(layer)", thresholds: "threshold_\(layer)",
      decoderBias: "b_dec_\(layer)", skip: "W_skip_\(layer)")
    try transcoder.write(
      names, skip: transcoder.skip.map { $0.transposed() },
      to: "\(folder)/W_enc_\(layer).safetensors")
    try transcoder.writeDecoders("W_dec_\(layer)", to: "\(folder)/W_dec_\(layer).safetensors")
  }
}

/// What a layer's tensors are called.
private struct LayerNames {
  var encoder: String
  var encoderBias: String
  var thresholds: String
  var decoderBias: String
  var skip: String
}

extension Transcoder {
  /// Rows that are widened at a time.
  private static let rowsAtATime = 256

  /// Writes the encoder and what goes with it, and the decoder of a per-layer set.
  fileprivate func write(
    _ names: LayerNames, skip: StoredMatrix?, decoder: String? = nil, to path: String
  ) throws {
    var declarations = [
      SafetensorsWriter.Declaration(
        names.encoder, encoder.weights.writtenType, [featureCount, encoder.width]),
      SafetensorsWriter.Declaration(names.encoderBias, .float(.f32), [featureCount]),
      SafetensorsWriter.Declaration(names.decoderBias, .float(.f32), [encoder.width]),
    ]
    if !thresholds.isEmpty { declarations.append(.init(names.thresholds, .float(.f32), [featureCount])) }
    if let decoder {
      declarations.append(.init(decoder, decoders[0].writtenType, [featureCount, encoder.width]))
    }
    if let skip { declarations.append(.init(names.skip, skip.writtenType, [skip.rows, skip.columns])) }
    var writer = try SafetensorsWriter(path: path, declaring: declarations)
    try writer.append(floats: encoderBias, to: names.encoderBias)
    try writer.append(floats: decoderBias, to: names.decoderBias)
    if !thresholds.isEmpty { try writer.append(floats: thresholds, to: names.thresholds) }
    for rows in Transcoder.pieces(featureCount) {
      try writer.append(floats: encoder.readVectors(Array(rows)).storage, to: names.encoder)
      if let decoder { try writer.append(floats: decoders[0][rows: rows].floats(), to: decoder) }
    }
    for rows in Transcoder.pieces(skip?.rows ?? 0) {
      try writer.append(floats: skip?[rows: rows].floats() ?? [], to: names.skip)
    }
    try writer.finish()
  }

  /// Writes the decoders of a cross-layer set, `[features, span, dModel]`.
  fileprivate func writeDecoders(_ name: String, to path: String) throws {
    let type =
      decoders.allSatisfy { $0.format == decoders[0].format } ? decoders[0].writtenType : .float(.f32)
    var writer = try SafetensorsWriter(
      path: path, declaring: [.init(name, type, [featureCount, span, encoder.width])])
    for rows in Transcoder.pieces(featureCount) {
      let parts = decoders.map { $0[rows: rows].widened() }
      let values = (0..<rows.count).flatMap { row in parts.flatMap { $0[row: row] } }
      try writer.append(floats: values, to: name)
    }
    try writer.finish()
  }

  /// Cuts rows into runs of as many as are widened at a time.
  static func pieces(_ count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: rowsAtATime).map { $0..<min($0 + rowsAtATime, count) }
  }
}

extension StoredMatrix {
  /// The type in which the numbers are written: their own, or float32 for quantised ones.
  fileprivate var writtenType: TensorType { format.blockLength == 1 ? .float(format) : .float(.f32) }
}

/// Returns a text as a double-quoted YAML scalar, which reads like JSON's.
private func yaml(_ text: String) -> String {
  let escaped = text.unicodeScalars.map { scalar in
    switch scalar {
    case "\"", "\\": "\\" + String(scalar)
    case _ where scalar.value < 0x20 || scalar.value == 0x7F: "\\x" + hexadecimal(scalar.value)
    default: String(scalar)
    }
  }
  return "\"" + escaped.joined() + "\""
}

private func hexadecimal(_ value: UInt32) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: max(0, 2 - digits.count)) + digits
}
