import LinearAlgebra
import ModelFiles

extension TranscoderFormat {
  /// SAELens transcoders: a folder for each layer, with `cfg.json` and `sae_weights.safetensors`.
  static let saeLens = TranscoderFormat(
    name: "SAELens", recognises: { !$0.files(named: "sae_weights.safetensors").isEmpty },
    read: { try TranscoderSet(saeLens: $0) })
}

/// SAELens's `cfg.json`; the hooks lie in `metadata` from version 6 on, beside the rest before.
private struct SAELensConfiguration: Decodable {
  struct Metadata: Decodable {
    var modelName: String?
    var input: String?
    var output: String?

    enum CodingKeys: String, CodingKey {
      case modelName = "model_name"
      case input = "hook_name"
      case output = "hook_name_out"
    }
  }

  var architecture: String
  var normalization: String?
  var reshaping: String?
  var appliesDecoderBiasToInput: Bool?
  var activation: String?
  var metadata: Metadata

  enum CodingKeys: String, CodingKey {
    case architecture
    case normalization = "normalize_activations"
    case reshaping = "reshape_activations"
    case appliesDecoderBiasToInput = "apply_b_dec_to_input"
    case activation = "activation_fn"
    case metadata
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    architecture = try values.decode(String.self, forKey: .architecture)
    normalization = try values.decodeIfPresent(String.self, forKey: .normalization)
    reshaping = try values.decodeIfPresent(String.self, forKey: .reshaping)
    appliesDecoderBiasToInput = try values.decodeIfPresent(Bool.self, forKey: .appliesDecoderBiasToInput)
    activation = try values.decodeIfPresent(String.self, forKey: .activation)
    let outer = try Metadata(from: decoder)
    let inner = try values.decodeIfPresent(Metadata.self, forKey: .metadata)
    metadata = Metadata(
      modelName: inner?.modelName ?? outer.modelName, input: inner?.input ?? outer.input,
      output: inner?.output ?? outer.output)
  }

  /// Whether features have thresholds.
  var hasThresholds: Bool { architecture.hasPrefix("jumprelu") }

  /// Refuses what is computed in another way than features = activation(W x + b).
  func check(_ path: String) throws(TranscoderError) {
    func invalid(_ problem: String) -> TranscoderError { .invalidConfiguration(path: path, problem: problem) }
    let known = ["transcoder", "skip_transcoder", "jumprelu_transcoder", "jumprelu_skip_transcoder"]
    guard known.contains(architecture) else {
      throw invalid(
        "its architecture \(quoted(architecture)) is not one of \(known.joined(separator: ", "))")
    }
    guard normalization ?? "none" == "none", reshaping ?? "none" == "none", appliesDecoderBiasToInput != true
    else {
      throw invalid("it normalises, reshapes or shifts the input, which is not supported")
    }
    guard activation ?? "relu" == "relu" else {
      throw invalid("its activation_fn \(quoted(activation ?? "")) is not relu")
    }
  }
}

extension TranscoderSet {
  /// Opens SAELens transcoders.
  fileprivate init(saeLens place: TranscoderPlace) throws {
    var configurations: [String: SAELensConfiguration] = [:]
    let ordered = try place.inOrder(place.files(named: "sae_weights.safetensors")) { file in
      let path = place.path(of: file.dropLast("sae_weights.safetensors".count) + "cfg.json")
      let configuration = try TranscoderSet.json(SAELensConfiguration.self, at: path)
      try configuration.check(path)
      configurations[file] = configuration
      guard let layer = FeatureHooks.layer(of: configuration.metadata.input ?? "") else {
        throw TranscoderError.invalidConfiguration(
          path: path,
          problem: "it has no hook_name such as blocks.3.mlp.hook_in, which says what layer it reads")
      }
      return layer
    }
    let found = ordered.compactMap { configurations[$0] }
    let hooks = try zip(ordered, found).map { file, configuration in
      try FeatureHooks(
        input: configuration.metadata.input, output: configuration.metadata.output,
        keys: ("hook_name", "hook_name_out"), path: place.path(of: file))
    }
    guard let first = hooks.first, hooks.allSatisfy({ $0 == first }),
      let hasThresholds = found.first?.hasThresholds
    else {
      throw TranscoderError.invalidConfiguration(
        path: place.path, problem: "its layers read or write different places, which is not supported")
    }
    let transcoders = try zip(ordered, found).map { file, configuration in
      try Transcoder(
        saeLens: SafetensorsFile(path: place.path(of: file)), hasThresholds: configuration.hasThresholds)
    }
    self.init(
      name: place.name, modelName: found.first?.metadata.modelName, input: first.input, output: first.output,
      activation: hasThresholds ? .jumpReLU : .relu,
      transcoders: try TranscoderSet.checked(transcoders, path: place.path))
  }
}

extension Transcoder {
  /// Takes a layer from `sae_weights.safetensors`: `W_enc` `[dModel, features]`, `W_dec`, `b_enc`, `b_dec`, and perhaps
  /// `threshold` and `W_skip` by (output, input).
  fileprivate init(saeLens file: SafetensorsFile, hasThresholds: Bool) throws {
    let encoder = try file.encoder(byInput: "W_enc")
    let (features, width) = (encoder.featureCount, encoder.width)
    self.init(
      encoder: encoder, encoderBias: try file.numbers("b_enc", count: features),
      thresholds: hasThresholds ? try file.rectifiedThresholds("threshold", count: features) : [],
      decoders: [try file.decoder("W_dec", for: encoder)],
      decoderBias: try file.numbers("b_dec", count: width),
      skip: try file.skip(byOutput: "W_skip", width: width))
  }
}
