import Foundation
public import LinearAlgebra
public import Transformers

extension TransformerTrainingSettings {
  /// The angle per position of each pair of a head.
  package var rotary: RotaryTable {
    RotaryTable(frequencies: (0..<dHead / 2).map { pow(rotaryBase, -2 * Double($0) / Double(dHead)) })
  }

  /// The transformer's form.
  public var configuration: TransformerConfiguration {
    TransformerConfiguration(
      architecture: "llama", layerCount: layers, dModel: dModel, headCount: heads, groupCount: kvHeads,
      dHead: dHead, dMLP: dMLP, dVocab: vocabularySize, contextLength: contextLength,
      norm: .rms(epsilon: normEpsilon), rotary: Array(repeating: rotary, count: layers),
      attention: Array(
        repeating: AttentionPattern.Rule(scale: 1 / Float(dHead).squareRoot()), count: layers),
      activation: .silu)
  }
}

extension TransformerParameters {
  /// Returns the model of these weights, as every other module runs it.
  public func transformer(workers: Workers = Workers()) -> Transformer {
    let linear = { (part: Part, layer: Int) in Linear(weight: StoredMatrix(self[part, layer: layer])) }
    let norm = { (weight: Matrix) in NormWeights(weight: weight.storage) }
    let blocks = (0..<settings.layers).map { layer in
      BlockWeights(
        attentionNorm: norm(self[.attentionNorm, layer: layer]), query: linear(.query, layer),
        key: linear(.key, layer), value: linear(.value, layer), output: linear(.output, layer),
        mlpNorm: norm(self[.mlpNorm, layer: layer]), gate: linear(.gate, layer), up: linear(.up, layer),
        down: linear(.down, layer))
    }
    let embedding = StoredMatrix(embedding)
    let weights = TransformerWeights(
      embedding: embedding, blocks: blocks, finalNorm: norm(finalNorm),
      unembedding: Linear(weight: settings.tiesEmbeddings ? embedding : StoredMatrix(unembedding)))
    return Transformer(configuration: settings.configuration, weights: weights, workers: workers)
  }

  /// Takes the weights of a model's folder or file, which must be of the settings' form.
  ///
  /// - Throws: `TransformerTrainingError.badStart`, or what opening a model throws.
  public init(_ settings: TransformerTrainingSettings, path: String, workers: Workers = Workers()) throws {
    let model = try Transformer(path: path, workers: workers)
    var found = model.configuration
    found.contextLength = settings.contextLength
    guard found == settings.configuration else {
      throw TransformerTrainingError.badStart(
        path: path, problem: "they are of another form than the settings; use the settings of that model")
    }
    self.init(zeros: settings)
    let weights = model.weights
    embedding = weights.embedding.widened(workers)
    for (layer, block) in weights.blocks.enumerated() {
      let maps: [(Part, Linear?)] = [
        (.query, block.query), (.key, block.key), (.value, block.value), (.output, block.output),
        (.gate, block.gate), (.up, block.up), (.down, block.down),
      ]
      for case (let part, let map?) in maps { self[part, layer: layer] = map.weight.widened(workers) }
      self[.attentionNorm, layer: layer] = TransformerParameters.row(block.attentionNorm)
      self[.mlpNorm, layer: layer] = TransformerParameters.row(block.mlpNorm)
    }
    finalNorm = TransformerParameters.row(weights.finalNorm)
    if !settings.tiesEmbeddings { unembedding = weights.unembedding.weight.widened(workers) }
  }

  private static func row(_ norm: NormWeights) -> Matrix {
    Matrix(rows: 1, columns: norm.weight.count, storage: norm.weight)
  }
}
