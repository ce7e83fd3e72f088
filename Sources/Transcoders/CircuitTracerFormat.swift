import Foundation
import LinearAlgebra
import ModelFiles

extension TranscoderFormat {
  /// circuit-tracer's folders, and those whose `config.yaml` lists the file of each layer.
  static let circuitTracer = TranscoderFormat(
    name: "circuit-tracer", recognises: { $0.holds("config.yaml") },
    read: { try TranscoderSet(circuitTracerFolder: $0.path) })
}

extension TranscoderSet {
  /// Opens a folder in circuit-tracer's format; weights stay in the files, which are mapped.
  ///
  /// - Parameters:
  ///   - path: A folder with `config.yaml` and either `layer_{i}.safetensors` (per-layer: `W_enc`, `W_dec`, `b_enc`,
  ///     `b_dec`, optionally `activation_function.threshold` and `W_skip`, by output and input) or
  ///     `W_enc_{i}.safetensors` and `W_dec_{i}.safetensors` (cross-layer; `W_skip_{i}` by input and output).
  public init(circuitTracerFolder path: String) throws {
    let configuration = try CircuitTracerConfiguration.read(path)
    let hooks = try FeatureHooks(
      input: configuration.input, output: configuration.output,
      keys: ("feature_input_hook", "feature_output_hook"), path: path + "/config.yaml")
    let transcoders: [Transcoder]
    switch configuration.kind {
    case "transcoder_set":
      transcoders =
        try configuration.files.map { try TranscoderSet.listed($0, path) } ?? TranscoderSet.perLayer(path)
    case "cross_layer_transcoder":
      transcoders =
        try configuration.files.map { try TranscoderSet.listed(crossLayer: $0, path) }
        ?? TranscoderSet.crossLayer(path)
    default:
      throw TranscoderError.invalidConfiguration(
        path: path + "/config.yaml", problem: "its model_kind \(quoted(configuration.kind)) is not known")
    }
    let name = configuration.scan ?? URL(filePath: path).standardizedFileURL.lastPathComponent
    self.init(
      name: name, modelName: configuration.modelName, input: hooks.input, output: hooks.output,
      activation: try configuration.activationFunction(
        path, thresholds: transcoders.contains { !$0.thresholds.isEmpty }),
      transcoders: try TranscoderSet.checked(transcoders, path: path))
  }

  private static func perLayer(_ path: String) throws -> [Transcoder] {
    try layers(path, named: "layer_#.safetensors") { file, _ in try Transcoder(circuitTracer: file) }
  }

  private static func crossLayer(_ path: String) throws -> [Transcoder] {
    try layers(path, named: "W_enc_#.safetensors") { file, layer in
      let encoder = FeatureEncoder(try file.tensor("W_enc_\(layer)").matrix())
      let (features, width) = (encoder.featureCount, encoder.width)
      let decoders = try SafetensorsFile(path: "\(path)/W_dec_\(layer).safetensors").tensor("W_dec_\(layer)")
      let span = decoders.shape.count == 3 ? decoders.shape[1] : 0
      guard decoders.shape == [features, span, width], span > 0 else {
        throw TranscoderError.invalidConfiguration(
          path: "\(path)/W_dec_\(layer).safetensors",
          problem: "W_dec_\(layer) is \(decoders.shape), the encoder [\(features), \(width)]")
      }
      let folded = try decoders.foldedMatrix()
      return Transcoder(
        encoder: encoder, encoderBias: try file.numbers("b_enc_\(layer)", count: features),
        thresholds: try file.numbersIfPresent("threshold_\(layer)", count: features),
        decoders: (0..<span).map { folded.everyRow(from: $0, by: span) },
        decoderBias: try file.numbers("b_dec_\(layer)", count: width),
        skip: try file.skip(byInput: "W_skip_\(layer)", width: width))
    }
  }

  /// Opens the files of all layers, from 0 until one is missing.
  private static func layers(
    _ path: String, named pattern: String, read: (SafetensorsFile, Int) throws -> Transcoder
  ) throws -> [Transcoder] {
    var transcoders: [Transcoder] = []
    while true {
      let file = path + "/" + pattern.replacing("#", with: String(transcoders.count))
      guard FileManager.default.fileExists(atPath: file) else { break }
      transcoders.append(try read(SafetensorsFile(path: file), transcoders.count))
    }
    guard let width = transcoders.first?.encoder.width, width > 0,
      try !holdsLayer(above: transcoders.count, path, named: pattern)
    else {
      let missing = pattern.replacing("#", with: String(transcoders.count))
      throw TranscoderError.notATranscoderSet(path: path, problem: "it holds no \(missing)")
    }
    return transcoders
  }

  /// Returns whether the folder has the file of a layer behind one that it lacks.
  private static func holdsLayer(above missing: Int, _ path: String, named pattern: String) throws -> Bool {
    let parts = pattern.split(separator: "#")
    return try FileManager.default.contentsOfDirectory(atPath: path).contains { name in
      guard name.hasPrefix(parts[0]), name.hasSuffix(parts[1]) else { return false }
      return (Int(name.dropFirst(parts[0].count).dropLast(parts[1].count)) ?? 0) > missing
    }
  }
}

extension Transcoder {
  /// Takes a layer of a per-layer set from `layer_{i}.safetensors`.
  init(circuitTracer file: SafetensorsFile) throws {
    let encoder = FeatureEncoder(try file.tensor("W_enc").matrix())
    let (features, width) = (encoder.featureCount, encoder.width)
    self.init(
      encoder: encoder, encoderBias: try file.numbers("b_enc", count: features),
      thresholds: try file.numbersIfPresent("activation_function.threshold", count: features),
      decoders: [try file.decoder("W_dec", for: encoder)],
      decoderBias: try file.numbers("b_dec", count: width),
      skip: try file.skip(byOutput: "W_skip", width: width))
  }
}
