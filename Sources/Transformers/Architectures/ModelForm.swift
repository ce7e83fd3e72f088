import LinearAlgebra

/// The sizes and options that a model's file claims, before they are believed.
struct ModelForm {
  var architecture: Architecture
  var layerCount: Int
  var dModel: Int
  var headCount: Int
  var groupCount: Int
  var dHead: Int
  var dMLP: Int
  var dVocab: Int
  var contextLength: Int
  /// How many positions a query sees in layers with a window, or nil for all.
  var window: Int?
  /// What norms add to the mean square.
  var epsilon: Float
  /// The width of a head's part that is rotated.
  var rotatedWidth: Int
  /// The base of the rotary frequencies.
  var rotaryBase: Double
  /// The base in layers with a window, where it differs.
  var localRotaryBase: Double?
  /// How rotary frequencies are stretched, but for those of a base of their own.
  var rotaryScaling = RotaryScaling.none
  /// Scores are divided by its root; nil for the width of a head.
  var queryScalar: Double?
  var attentionSoftCap: Double?
  var logitSoftCap: Double?
  var activation: ElementwiseActivation
  var hasParallelResidual = false
  /// Whether scores are also divided by the layer's number, from 1.
  var dividesScoresByLayer = false

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
    let positive: [(name: String, value: Double?)] = [
      ("the rotary base", rotaryBase), ("the local rotary base", localRotaryBase),
      ("the query scalar", queryScalar), ("the cap of scores", attentionSoftCap),
      ("the cap of logits", logitSoftCap),
    ]
    for case (let name, let value?) in positive where !(value > 0 && Float(value).isFinite) {
      throw .invalidConfiguration(path: path, problem: "\(value) is no possible value for \(name)")
    }
    guard headCount % groupCount == 0, !architecture.rotates || dHead % 2 == 0 else {
      let problem = "\(headCount) heads of \(dHead) do not share \(groupCount) key-value heads evenly"
      throw .invalidConfiguration(path: path, problem: problem)
    }
    guard !architecture.rotates || rotatedWidth > 0 && rotatedWidth <= dHead && rotatedWidth % 2 == 0 else {
      let problem = "\(rotatedWidth) of a head's \(dHead) numbers cannot be rotated"
      throw .invalidConfiguration(path: path, problem: problem)
    }
  }

  /// Returns the configuration of a model of this form.
  ///
  /// - Parameters:
  ///   - slides: Whether each layer has the window.
  ///   - rotates: Whether each layer is rotated.
  func configuration(name: String, slides: [Bool], rotates: [Bool]) -> TransformerConfiguration {
    // One table for all layers of a kind, so that no claimed size takes more memory than one table.
    let global = RotaryTable(frequencies: rotaryScaling.frequencies(base: rotaryBase, width: rotatedWidth))
    let local = localRotaryBase.map {
      RotaryTable(frequencies: RotaryScaling.none.frequencies(base: $0, width: rotatedWidth))
    }
    let tables = zip(slides, rotates).map { slides, rotates in
      guard rotates else { return RotaryTable(frequencies: []) }
      return slides ? local ?? global : global
    }
    return TransformerConfiguration(
      architecture: name, layerCount: layerCount, dModel: dModel, headCount: headCount,
      groupCount: groupCount, dHead: dHead, dMLP: dMLP, dVocab: dVocab, contextLength: contextLength,
      norm: architecture.centresNorms ? .layer(epsilon: epsilon) : .rms(epsilon: epsilon),
      rotary: architecture.rotates ? tables : [],
      attention: slides.enumerated().map { layer, slides in rule(layer, slides: slides) },
      activation: activation,
      embeddingScale: architecture.scalesEmbedding ? Float(dModel).squareRoot() : 1,
      logitSoftCap: logitSoftCap.map { Float($0) }, hasParallelResidual: hasParallelResidual)
  }

  /// Whether each layer has the window where the file does not say it layer by layer.
  func slides(fullPeriod: Int?) -> [Bool] {
    (1...layerCount).map { number in window != nil && fullPeriod.map { number % $0 != 0 } ?? true }
  }

  /// Whether each layer is rotated where the file does not say it layer by layer.
  func rotates(unrotatedPeriod: Int?) -> [Bool] {
    (1...layerCount).map { number in unrotatedPeriod.map { number % $0 != 0 } ?? true }
  }

  private func rule(_ layer: Int, slides: Bool) -> AttentionPattern.Rule {
    let divisor = Float(queryScalar ?? Double(dHead)).squareRoot()
    return AttentionPattern.Rule(
      scale: 1 / (dividesScoresByLayer ? divisor * Float(layer + 1) : divisor),
      softCap: attentionSoftCap.map { Float($0) }, window: slides ? window : nil)
  }
}
