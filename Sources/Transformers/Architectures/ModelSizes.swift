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
  /// How many positions a query sees, or nil for all.
  var window: Int?
  /// What norms add to the mean square.
  var epsilon: Float
  /// The base of the rotary frequencies.
  var rotaryBase: Double

  /// Refuses sizes that contradict each other or that no model has.
  func check(path: String) throws(TransformerError) {
    let bounds: [(name: String, value: Int, most: Int)] = [
      ("layers", layerCount, 10_000), ("model width", dModel, 1 << 20), ("heads", headCount, 1 << 16),
      ("key-value heads", groupCount, 1 << 16), ("head width", dHead, 1 << 16), ("MLP width", dMLP, 1 << 24),
      ("vocabulary", dVocab, 1 << 26), ("context length", contextLength, 1 << 32),
      ("attention window", window ?? 1, .max),
    ]
    for (name, value, most) in bounds where value < 1 || value > most {
      throw .invalidConfiguration(path: path, problem: "\(value) is no possible value for \(name)")
    }
    guard epsilon >= 0, epsilon.isFinite else {
      throw .invalidConfiguration(path: path, problem: "\(epsilon) is no possible value for a norm's epsilon")
    }
    guard rotaryBase > 0, rotaryBase.isFinite else {
      throw .invalidConfiguration(
        path: path, problem: "\(rotaryBase) is no possible value for the rotary base")
    }
    guard headCount % groupCount == 0, dHead % 2 == 0 else {
      let problem = "\(headCount) heads of \(dHead) do not share \(groupCount) key-value heads evenly"
      throw .invalidConfiguration(path: path, problem: problem)
    }
  }

  /// Returns a configuration whose layers are all alike.
  func configuration(
    architecture: String, rotary: RotaryTable, activation: ElementwiseActivation
  ) -> TransformerConfiguration {
    let rule = AttentionPattern.Rule(scale: 1 / Float(dHead).squareRoot(), window: window)
    return TransformerConfiguration(
      architecture: architecture, layerCount: layerCount, dModel: dModel, headCount: headCount,
      groupCount: groupCount, dHead: dHead, dMLP: dMLP, dVocab: dVocab, contextLength: contextLength,
      norm: .rms(epsilon: epsilon), rotary: Array(repeating: rotary, count: layerCount),
      attention: Array(repeating: rule, count: layerCount), activation: activation)
  }
}
