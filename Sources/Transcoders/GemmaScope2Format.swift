import LinearAlgebra
import ModelFiles

extension TranscoderFormat {
  /// Gemma Scope 2's own files: a folder with `config.json` and `params.safetensors` for each layer, or one with
  /// `config.json` and `params_layer_{i}.safetensors`.
  static let gemmaScope2 = TranscoderFormat(
    name: "Gemma Scope 2",
    recognises: { place in
      !place.files(named: "params.safetensors").isEmpty || !place.crossLayerParameters.isEmpty
    },
    read: { place in
      place.crossLayerParameters.isEmpty
        ? try TranscoderSet(gemmaScope2: place) : try TranscoderSet(gemmaScope2CrossLayer: place)
    })
}

extension TranscoderPlace {
  /// The files of a cross-layer set of Gemma Scope 2.
  fileprivate var crossLayerParameters: [String] {
    files.filter { $0.hasPrefix("params_layer_") && $0.hasSuffix(".safetensors") }
  }
}

/// Gemma Scope 2's `config.json`.
private struct GemmaScope2Configuration: Decodable {
  var modelName: String?
  var input: String?
  var output: String?
  var architecture: String?
  var type: String?

  enum CodingKeys: String, CodingKey {
    case modelName = "model_name"
    case input = "hf_hook_point_in"
    case output = "hf_hook_point_out"
    case architecture
    case type
  }

  /// Reads the file and refuses what is no transcoder of a known architecture.
  static func read(_ path: String) throws -> GemmaScope2Configuration {
    let found = try TranscoderSet.json(GemmaScope2Configuration.self, at: path)
    if let architecture = found.architecture, architecture != "jump_relu" {
      throw TranscoderError.invalidConfiguration(
        path: path, problem: "its architecture \(quoted(architecture)) is not jump_relu")
    }
    if let type = found.type, type == "sae" {
      throw TranscoderError.invalidConfiguration(
        path: path, problem: "it describes a sparse autoencoder, which reads and writes the same place")
    }
    return found
  }

  func hooks(_ path: String) throws -> FeatureHooks {
    try FeatureHooks(
      input: input, output: output, keys: ("hf_hook_point_in", "hf_hook_point_out"), path: path)
  }
}

extension TranscoderSet {
  /// Opens per-layer transcoders, one folder a layer.
  fileprivate init(gemmaScope2 place: TranscoderPlace) throws {
    var configurations: [String: GemmaScope2Configuration] = [:]
    let ordered = try place.inOrder(place.files(named: "params.safetensors")) { file in
      let path = place.path(of: file.dropLast("params.safetensors".count) + "config.json")
      let configuration = try GemmaScope2Configuration.read(path)
      configurations[file] = configuration
      return FeatureHooks.layer(of: configuration.input ?? "")
        ?? TranscoderPlace.number(behind: "layer_", in: file)
    }
    let transcoders = try ordered.map {
      try Transcoder(gemmaScope2: SafetensorsFile(path: place.path(of: $0)))
    }
    let hooks = try ordered.map { try configurations[$0]?.hooks(place.path(of: $0)) }
    guard let first = hooks.first.flatMap({ $0 }), hooks.allSatisfy({ $0 == first }) else {
      throw TranscoderError.invalidConfiguration(
        path: place.path, problem: "its layers read or write different places, which is not supported")
    }
    self.init(
      name: place.name, modelName: ordered.first.flatMap { configurations[$0]?.modelName },
      input: first.input,
      output: first.output, activation: .jumpReLU,
      transcoders: try TranscoderSet.checked(transcoders, path: place.path))
  }

  /// Opens a cross-layer set.
  fileprivate init(gemmaScope2CrossLayer place: TranscoderPlace) throws {
    let path = place.path(of: "config.json")
    let configuration = try GemmaScope2Configuration.read(path)
    let hooks = try configuration.hooks(path)
    let ordered = try place.inOrder(place.crossLayerParameters) {
      TranscoderPlace.number(behind: "layer_", in: $0)
    }
    self.init(
      name: place.name, modelName: configuration.modelName, input: hooks.input, output: hooks.output,
      activation: .jumpReLU,
      transcoders: try TranscoderSet.gemmaScope2(
        crossLayerFiles: ordered.map(place.path(of:)), path: place.path))
  }

  /// Returns the layers of a cross-layer set from one file for each layer.
  static func gemmaScope2(crossLayerFiles files: [String], path: String) throws -> [Transcoder] {
    let transcoders = try files.enumerated().map { layer, file in
      try Transcoder(gemmaScope2: SafetensorsFile(path: file), layer: layer, of: files.count)
    }
    return try checked(transcoders, path: path)
  }
}

extension Transcoder {
  /// Takes a layer from `params.safetensors`: `w_enc` `[dModel, features]`, `w_dec`, `b_enc`, `b_dec`, `threshold`, and
  /// perhaps `affine_skip_connection` by (input, output).
  ///
  /// - Parameters:
  ///   - layer: The layer of a cross-layer set, whose `w_dec` is `[features, layers, dModel]`, of which what lies before
  ///     the layer is left out; nil for a per-layer set.
  ///   - layers: The number of layers of the cross-layer set.
  init(gemmaScope2 file: SafetensorsFile, layer: Int? = nil, of layers: Int = 1) throws {
    let encoder = try file.encoder(byInput: "w_enc")
    let (features, width) = (encoder.featureCount, encoder.width)
    var decoders: [StoredMatrix] = []
    if let layer {
      let folded = try file.tensor("w_dec", shape: [features, layers, width]).foldedMatrix()
      decoders = (layer..<layers).map { folded.everyRow(from: $0, by: layers) }
    } else {
      decoders = [try file.decoder("w_dec", for: encoder)]
    }
    self.init(
      encoder: encoder, encoderBias: try file.numbers("b_enc", count: features),
      thresholds: try file.rectifiedThresholds("threshold", count: features), decoders: decoders,
      decoderBias: try file.numbers("b_dec", count: width),
      skip: try file.skip(byInput: "affine_skip_connection", width: width))
  }
}
