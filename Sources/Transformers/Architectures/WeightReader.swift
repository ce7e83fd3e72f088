import LinearAlgebra
import ModelFiles

/// Takes a model's weights from an archive by the names of its architecture, checking every shape.
struct WeightReader {
  let archive: any TensorArchive
  let names: TensorNames
  let configuration: TransformerConfiguration
  /// Added to every norm weight.
  let normOffset: Float
  /// Whether queries and keys keep rotated pairs side by side.
  let interleavesPairs: Bool

  func weights() throws(ModelFileError) -> TransformerWeights {
    let c = configuration
    let embedding = try archive.tensor(names.embedding, shape: [c.dVocab, c.dModel]).matrix()
    var positions: StoredMatrix?
    if let name = names.positionEmbedding {
      positions = try archive.tensor(name, shape: [c.contextLength, c.dModel]).matrix()
    }
    let tied = !archive.contains(names.unembedding + ".weight")
    var blocks: [BlockWeights] = []
    for layer in 0..<c.layerCount { blocks.append(try block(layer)) }
    return TransformerWeights(
      embedding: embedding, positionEmbedding: positions, blocks: blocks,
      finalNorm: try norm(names.finalNorm, c.dModel),
      unembedding: tied ? Linear(weight: embedding) : try linear(names.unembedding, c.dVocab, c.dModel))
  }

  private func block(_ layer: Int) throws(ModelFileError) -> BlockWeights {
    let c = configuration
    let (heads, groups) = (c.headCount * c.dHead, c.groupCount * c.dHead)
    let name = { (pattern: String) in pattern.replacing("#", with: String(layer)) }
    let gated = archive.contains(name(names.gate) + ".weight")
    return BlockWeights(
      attentionNorm: try norm(name(names.attentionNorm), c.dModel),
      query: reordered(try linear(name(names.query), heads, c.dModel)),
      key: reordered(try linear(name(names.key), groups, c.dModel)),
      value: try linear(name(names.value), groups, c.dModel),
      output: try linear(name(names.output), c.dModel, heads),
      queryNorm: try optionalNorm(name(names.queryNorm), c.dHead),
      keyNorm: try optionalNorm(name(names.keyNorm), c.dHead),
      attentionPostNorm: try requiredIfNamed(names.attentionPostNorm.map(name), c.dModel),
      mlpNorm: try norm(name(names.mlpNorm), c.dModel),
      gate: gated ? try linear(name(names.gate), c.dMLP, c.dModel) : nil,
      up: try linear(name(names.up), c.dMLP, c.dModel),
      down: try linear(name(names.down), c.dModel, c.dMLP),
      mlpPostNorm: try requiredIfNamed(names.mlpPostNorm.map(name), c.dModel))
  }

  private func linear(_ name: String, _ outputs: Int, _ inputs: Int) throws(ModelFileError) -> Linear {
    let weight = try archive.tensor(name + ".weight", shape: [outputs, inputs]).matrix()
    guard archive.contains(name + ".bias") else { return Linear(weight: weight) }
    return Linear(weight: weight, bias: try archive.tensor(name + ".bias", shape: [outputs]).floats())
  }

  private func norm(_ name: String, _ width: Int) throws(ModelFileError) -> NormWeights {
    let weight = try archive.tensor(name + ".weight", shape: [width]).floats().map { $0 + normOffset }
    guard archive.contains(name + ".bias") else { return NormWeights(weight: weight) }
    return NormWeights(weight: weight, bias: try archive.tensor(name + ".bias", shape: [width]).floats())
  }

  private func optionalNorm(_ name: String, _ width: Int) throws(ModelFileError) -> NormWeights? {
    archive.contains(name + ".weight") ? try norm(name, width) : nil
  }

  private func requiredIfNamed(_ name: String?, _ width: Int) throws(ModelFileError) -> NormWeights? {
    guard let name else { return nil }
    return try norm(name, width)
  }

  /// Puts the two numbers of each rotated pair half a head apart, where `RotaryTable` expects them.
  private func reordered(_ map: Linear) -> Linear {
    guard interleavesPairs else { return map }
    let dHead = configuration.dHead
    let order = (0..<map.weight.rows).map { row in
      let (head, place) = row.quotientAndRemainder(dividingBy: dHead)
      return head * dHead + place % (dHead / 2) * 2 + place / (dHead / 2)
    }
    return Linear(
      weight: map.weight.reorderingRows(order), bias: map.bias.map { bias in order.map { bias[$0] } })
  }
}
