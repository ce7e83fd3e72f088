import ModelFiles

/// Where a layer's features read and what they reconstruct, as a configuration names it.
struct FeatureHooks: Equatable {
  var input: FeatureInput
  var output: FeatureOutput

  /// Takes both from names in any of the spellings.
  init(input: String?, output: String?, keys: (input: String, output: String), path: String)
    throws(TranscoderError)
  {
    self.input = try Self.find(input, key: keys.input, among: Self.inputs, path: path)
    self.output = try Self.find(output, key: keys.output, among: Self.outputs, path: path)
  }

  /// TransformerLens's names within a block, and those of Hugging Face modules that mean the same in every model.
  private static let inputs: [String: FeatureInput] = [
    "hook_resid_mid": .residMid, "ln2.hook_normalized": .mlpNormalized, "mlp.hook_in": .mlpIn,
    "pre_feedforward_layernorm.input": .residMid, "pre_feedforward_layernorm.output": .mlpIn,
    "mlp.input": .mlpIn,
  ]
  private static let outputs: [String: FeatureOutput] = [
    "hook_mlp_out": .mlpOut, "mlp.hook_out": .mlpRawOut, "post_feedforward_layernorm.output": .mlpOut,
    "mlp.output": .mlpRawOut,
  ]

  private static func find<Place>(
    _ name: String?, key: String, among places: [String: Place], path: String
  ) throws(TranscoderError) -> Place {
    guard let name, !name.isEmpty else {
      throw .invalidConfiguration(
        path: path,
        problem: "it lacks \(quoted(key)), without which nobody knows what the features read and write")
    }
    guard let place = places[local(name)] else {
      throw .invalidConfiguration(
        path: path,
        problem: "its \(key) \(quoted(name)) is not one of \(places.keys.sorted().joined(separator: ", "))")
    }
    return place
  }

  /// A name without the block's: what follows `blocks.3.` or `model.layers.3.`.
  private static func local(_ name: String) -> String {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard let block = parts.firstIndex(where: { $0 == "blocks" || $0 == "layers" }), block + 2 < parts.count
    else {
      return name
    }
    return parts[(block + 2)...].joined(separator: ".")
  }

  /// The number of the block that a name stands in, or nil when it names none.
  static func layer(of name: String) -> Int? {
    let parts = name.split(separator: ".")
    guard let block = parts.firstIndex(where: { $0 == "blocks" || $0 == "layers" }), block + 1 < parts.count
    else {
      return nil
    }
    return Int(parts[block + 1])
  }
}
