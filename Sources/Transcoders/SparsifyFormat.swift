import LinearAlgebra
import ModelFiles

extension TranscoderFormat {
  /// EleutherAI's sparsify and clt-training checkpoints: a folder for each MLP, named after it, with `cfg.json` and
  /// `sae.safetensors`.
  static let sparsify = TranscoderFormat(
    name: "sparsify", recognises: { !$0.files(named: "sae.safetensors").isEmpty },
    read: { try TranscoderSet(sparsify: $0) })
}

/// The part of `cfg.json` that is read; fields from `n_targets` on are clt-training's.
private struct SparsifyConfiguration: Decodable {
  var transcode: Bool?
  var activation: String?
  var k: Int
  var signed: Bool?
  var n_targets: Int?
  var normalize_io: Bool?
  var divide_cross_layer: Bool?
  var post_encoder_scale: Bool?
  var per_source_tied: Bool?
  var secondary_target_tied: Bool?
  var coalesce_topk: String?

  /// Refuses what is computed in another way than features = topk(relu(W x + b)).
  func check(_ path: String) throws(TranscoderError) {
    func invalid(_ problem: String) -> TranscoderError { .invalidConfiguration(path: path, problem: problem) }
    guard transcode == true else {
      throw invalid("it does not say \"transcode\": true, so that it is an autoencoder and no transcoder")
    }
    guard activation ?? "topk" == "topk", signed != true, k > 0 else {
      throw invalid(
        "its activation is \(quoted(activation ?? "topk")) with k \(k); only an unsigned topk is supported")
    }
    let unsupported = [
      ("normalize_io", normalize_io), ("divide_cross_layer", divide_cross_layer),
      ("post_encoder_scale", post_encoder_scale), ("per_source_tied", per_source_tied),
      ("secondary_target_tied", secondary_target_tied),
      ("coalesce_topk", (coalesce_topk ?? "none") != "none"),
    ]
    if let (name, _) = unsupported.first(where: { $0.1 == true }) {
      throw invalid("it uses \(quoted(name)), which is not supported")
    }
  }
}

extension TranscoderSet {
  /// Opens a checkpoint.
  ///
  /// A folder's name is the module that was replaced, such as `layers.3.mlp`: its features read what the module reads and
  /// reconstruct what it gives.
  fileprivate init(sparsify place: TranscoderPlace) throws {
    let ordered = try place.inOrder(place.files(named: "sae.safetensors")) { file in
      let module = file.split(separator: "/").dropLast().last.map { String($0) } ?? place.name
      let parts = module.split(separator: ".")
      guard parts.count >= 3, parts.last == "mlp", let layer = Int(parts[parts.count - 2]) else {
        throw TranscoderError.notATranscoderSet(
          path: place.path,
          problem: "its folder \(quoted(module)) is not named after a layer's MLP, such as layers.3.mlp")
      }
      return layer
    }
    var widths: Set<Int> = []
    var transcoders: [Transcoder] = []
    for file in ordered {
      let path = place.path(of: file.dropLast("sae.safetensors".count) + "cfg.json")
      let configuration = try TranscoderSet.json(SparsifyConfiguration.self, at: path)
      try configuration.check(path)
      widths.insert(configuration.k)
      transcoders.append(
        try Transcoder(
          sparsify: SafetensorsFile(path: place.path(of: file)), targets: configuration.n_targets ?? 0,
          path: path))
    }
    guard let k = widths.first, widths.count == 1 else {
      throw TranscoderError.invalidConfiguration(
        path: place.path, problem: "its layers keep different numbers of features (k), which is not supported"
      )
    }
    let model = try? TranscoderSet.json([String: StringOrOther].self, at: place.path(of: "config.json"))[
      "model"]
    self.init(
      name: place.name, modelName: model?.text, input: .mlpIn, output: .mlpRawOut,
      activation: .rectifiedTopK(k),
      transcoders: try TranscoderSet.summingBiases(
        try TranscoderSet.checked(transcoders, path: place.path), ordered, place))
  }

  /// Adds to each layer's decoder bias what earlier layers' decoders write there by themselves.
  private static func summingBiases(
    _ transcoders: [Transcoder], _ files: [String], _ place: TranscoderPlace
  ) throws -> [Transcoder] {
    var transcoders = transcoders
    for (layer, file) in files.enumerated() where transcoders[layer].span > 1 {
      let archive = try SafetensorsFile(path: place.path(of: file))
      for target in 1..<transcoders[layer].span {
        let bias = try archive.numbersIfPresent("b_decs.\(target)", count: transcoders[layer].encoder.width)
        for (index, value) in bias.enumerated() { transcoders[layer + target].decoderBias[index] += value }
      }
    }
    return transcoders
  }
}

/// A value of which only text is wanted.
private struct StringOrOther: Decodable {
  var text: String?

  init(from decoder: any Decoder) throws {
    text = try? decoder.singleValueContainer().decode(String.self)
  }
}

extension Transcoder {
  /// Takes a layer from `sae.safetensors`: `encoder.weight` `[features, dModel]`, `encoder.bias`, `W_dec`, `b_dec`, and
  /// perhaps `W_skip` by (output, input); with several targets `W_decs.{j}` and `b_decs.{j}` for j layers on.
  fileprivate init(sparsify file: SafetensorsFile, targets: Int, path: String) throws {
    let weights = try file.tensor("encoder.weight")
    let encoder = FeatureEncoder(try weights.matrix())
    let (features, width) = (encoder.featureCount, encoder.width)
    func isSilent(_ name: String) throws -> Bool {
      try !file.contains(name) || file.tensor(name).floats().allSatisfy { $0 == 0 }
    }
    let several = targets > 0 && file.contains("W_decs.0")
    guard targets <= 1 || several, targets < 10_000 else {
      throw TranscoderError.invalidConfiguration(
        path: path, problem: "it has \(targets) targets, but its weights have no W_decs.0")
    }
    for target in 0..<max(targets, 1) {
      let laterSkip = target > 0 ? ["W_skips.\(target)"] : []
      guard try (["post_enc", "post_encs.\(target)"] + laterSkip).allSatisfy(isSilent) else {
        throw TranscoderError.invalidConfiguration(
          path: path,
          problem: "it has biases behind its encoder or skips to later layers, which is not supported")
      }
    }
    let decoders = try (0..<max(targets, 1)).map {
      try file.decoder(several ? "W_decs.\($0)" : "W_dec", for: encoder)
    }
    let skip = try file.skip(
      byOutput: several && file.contains("W_skips.0") ? "W_skips.0" : "W_skip", width: width)
    self.init(
      encoder: encoder, encoderBias: try file.numbers("encoder.bias", count: features), decoders: decoders,
      decoderBias: try file.numbers(several ? "b_decs.0" : "b_dec", count: width), skip: skip)
  }
}
