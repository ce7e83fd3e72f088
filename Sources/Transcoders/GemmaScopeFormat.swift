import LinearAlgebra
import ModelFiles

extension TranscoderFormat {
  /// Gemma Scope's own files: `layer_{i}/…/params.npz`, a folder that has one of them for each layer.
  static let gemmaScope = TranscoderFormat(
    name: "Gemma Scope",
    recognises: { !$0.files(named: "params.npz").isEmpty || $0.files.contains { isLayerArchive($0) } },
    read: { try TranscoderSet(gemmaScope: $0) })

  private static func isLayerArchive(_ file: String) -> Bool {
    file.hasPrefix("layer_") && file.hasSuffix(".npz") && !file.contains("/")
  }
}

extension TranscoderSet {
  /// Opens Gemma Scope transcoders.
  ///
  /// Their files name no hooks, but all were trained alike: they read the pre-MLP norm's input divided by its root mean
  /// square, and reconstruct the post-MLP norm's output (Lieberum et al. 2024, §3.2).
  fileprivate init(gemmaScope place: TranscoderPlace) throws {
    let archives = place.files.filter { $0.hasSuffix(".npz") }
    let ordered = try place.inOrder(archives) { TranscoderPlace.number(behind: "layer_", in: $0) }
    try self.init(gemmaScopeFiles: ordered.map(place.path(of:)), name: place.name)
  }

  /// Opens Gemma Scope transcoders from one `params.npz` for each layer, the first layer's first.
  public init(gemmaScopeFiles files: [String], name: String) throws {
    let transcoders = try files.map { try Transcoder(gemmaScope: NumpyArchive(path: $0)) }
    guard let first = files.first else {
      throw TranscoderError.notATranscoderSet(path: name, problem: "it lists no files")
    }
    self.init(
      name: name, modelName: nil, input: .mlpNormalized, output: .mlpOut, activation: .jumpReLU,
      transcoders: try TranscoderSet.checked(transcoders, path: first))
  }
}

extension Transcoder {
  /// Takes a layer from Gemma Scope's `params.npz`: `W_enc` `[dModel, features]`, `W_dec`, `b_enc`, `b_dec`, `threshold`.
  init(gemmaScope file: NumpyArchive) throws {
    let encoder = try file.encoder(byInput: "W_enc")
    self.init(
      encoder: encoder, encoderBias: try file.numbers("b_enc", count: encoder.featureCount),
      thresholds: try file.rectifiedThresholds("threshold", count: encoder.featureCount),
      decoders: [try file.decoder("W_dec", for: encoder)],
      decoderBias: try file.numbers("b_dec", count: encoder.width))
  }
}
