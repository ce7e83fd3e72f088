import LinearAlgebra

/// The sizes that a model's file claims, before they are believed.
struct ModelSizes {
  var layerCount: Int
  var dModel: Int
  var headCount: Int
  var groupCount: Int
  var dHead: Int
  var dMLP: Int
  var dVocab: Int
  var contextLength: Int

  /// Refuses sizes that contradict each other or that no model has.
  func check(path: String) throws(TransformerError) {
    let bounds: [(name: String, value: Int, most: Int)] = [
      ("layers", layerCount, 10_000), ("model width", dModel, 1 << 20), ("heads", headCount, 1 << 16),
      ("key-value heads", groupCount, 1 << 16), ("head width", dHead, 1 << 16), ("MLP width", dMLP, 1 << 24),
      ("vocabulary", dVocab, 1 << 26), ("context length", contextLength, 1 << 32),
    ]
    for (name, value, most) in bounds where value < 1 || value > most {
      throw .invalidConfiguration(path: path, problem: "\(value) is no possible value for \(name)")
    }
    guard headCount % groupCount == 0, dHead % 2 == 0 else {
      let problem = "\(headCount) heads of \(dHead) do not share \(groupCount) key-value heads evenly"
      throw .invalidConfiguration(path: path, problem: problem)
    }
  }

  /// Returns a configuration whose layers are all alike.
  func configuration(
    architecture: String, epsilon: Float, rotary: RotaryTable, activation: ElementwiseActivation, window: Int?
  ) -> TransformerConfiguration {
    let rule = AttentionPattern.Rule(scale: 1 / Float(dHead).squareRoot(), window: window)
    return TransformerConfiguration(
      architecture: architecture, layerCount: layerCount, dModel: dModel, headCount: headCount,
      groupCount: groupCount, dHead: dHead, dMLP: dMLP, dVocab: dVocab, contextLength: contextLength,
      norm: .rms(epsilon: epsilon), rotary: Array(repeating: rotary, count: layerCount),
      attention: Array(repeating: rule, count: layerCount), activation: activation)
  }
}
