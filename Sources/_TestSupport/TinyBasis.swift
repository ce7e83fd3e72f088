public import LinearAlgebra
public import ReplacementModels
import Transcoders
public import Transformers

/// What the features of a small local replacement model are: transcoders, or the model's own neurons.
public enum TinyBasis: Sendable, CustomStringConvertible {
  /// Transcoders made for the prompt.
  case transcoders(TinyTranscoders)
  /// The neurons that matter most to `TinyBasis.outputs`.
  case neurons(count: Int)

  /// Every form of transcoders, and neurons.
  public static let forms: [TinyBasis] =
    TinyTranscoders.forms.map { .transcoders($0) } + [.neurons(count: 60)]

  /// The form's name.
  public var description: String {
    switch self {
    case .transcoders(let form): form.description
    case .neurons(let count): "\(count) neurons"
    }
  }

  /// Makes the local replacement model of a prompt.
  public func model(_ transformer: Transformer, _ tokens: [Int]) throws -> LocalReplacementModel {
    switch self {
    case .transcoders(let form):
      try LocalReplacementModel(transformer, form.set(for: transformer, tokens: tokens), tokens: tokens)
    case .neurons(let count):
      LocalReplacementModel(neuronsOf: transformer, count: count, tokens: tokens) { logits in
        TinyBasis.outputs(logits).map { output in
          let direction = transformer.weights.unembedding.weight.gathered([output.token]).storage
          return OutputReading(direction: direction, weight: output.weight)
        }
      }
    }
  }

  /// The outputs that neurons are chosen for: the three most probable tokens, with made-up weights.
  public static func outputs(_ logits: [Float]) -> [(token: Int, weight: Float)] {
    let order = logits.indices.sorted { (logits[$0], $1) > (logits[$1], $0) }
    return zip(order, [0.5, 0.3, 0.1]).map { ($0, $1) }
  }
}

extension LocalReplacementModel {
  /// What one feature, by its place in the list, writes at each layer's output place; nil where it writes nothing.
  public func written(byFeature place: Int) -> [Matrix?] {
    let site = features.sites[place]
    let row = basis.writeRow(layer: site.layer, index: site.index)
    return (0..<layerCount).map { layer in
      guard let vectors = basis.writeVectors(layer: site.layer, outputLayer: layer) else { return nil }
      var result = Matrix(rows: positionCount, columns: transformer.configuration.dModel)
      result.add(vectors.gathered([row]).storage, scaledBy: features.values[place], toRow: site.position)
      return result
    }
  }

  /// What all features together write at each layer's output place.
  public var writtenByFeatures: [Matrix] {
    let none = Matrix(rows: positionCount, columns: transformer.configuration.dModel)
    return features.sites.indices.reduce(Array(repeating: none, count: layerCount)) { sums, place in
      zip(sums, written(byFeature: place)).map { sum, written in written.map { sum + $0 } ?? sum }
    }
  }
}
