import LinearAlgebra
import ModelFiles

/// Takes a model's weights from an archive by the names of its architecture, checking every shape.
struct WeightReader {
  let archive: any TensorArchive
  let names: TensorNames
  let configuration: TransformerConfiguration
  /// Added to every norm weight.
  var normOffset: Float = 0
  /// Whether queries and keys keep rotated pairs side by side.
  var interleavesPairs = false
  /// Whether the unembedding must be there; else it is the embedding where it is not.
  var needsUnembedding = false

  func weights() throws(ModelFileError) -> TransformerWeights {
    let c = configuration
    let embedding = try archive.tensor(names.embedding, shape: [c.dVocab, c.dModel]).matrix()
    var positions: StoredMatrix?
    if let name = names.positionEmbedding {
      positions = try archive.tensor(name, shape: [c.contextLength, c.dModel]).matrix()
    }
    let tied = !needsUnembedding && !archive.contains(names.unembedding + ".weight")
    var blocks: [BlockWeights] = []
    for layer in 0..<c.layerCount { blocks.append(try block(layer)) }
    let unembedding =
      tied
      ? Linear(weight: embedding) : try linear(names.unembedding, c.dVocab, c.dModel, isTransposed: false)
    return TransformerWeights(
      embedding: embedding, positionEmbedding: positions, blocks: blocks,
      finalNorm: try norm(names.finalNorm, c.dModel), unembedding: unembedding)
  }

  private func block(_ layer: Int) throws(ModelFileError) -> BlockWeights {
    let c = configuration
    let name = { (pattern: String) in pattern.replacing("#", with: String(layer)) }
    let attention = try projections(name)
    return BlockWeights(
      attentionNorm: try norm(name(names.attentionNorm), c.dModel), query: attention.query,
      key: attention.key,
      value: attention.value, output: try linear(name(names.output), c.dModel, c.headCount * c.dHead),
      queryNorm: try normIfNamed(names.queryNorm.map(name), c.dHead),
      keyNorm: try normIfNamed(names.keyNorm.map(name), c.dHead),
      attentionPostNorm: try normIfNamed(names.attentionPostNorm.map(name), c.dModel),
      mlpNorm: try norm(name(names.mlpNorm), c.dModel), gate: try gate(name),
      up: try linear(name(names.up), c.dMLP, c.dModel), down: try linear(name(names.down), c.dModel, c.dMLP),
      mlpPostNorm: try normIfNamed(names.mlpPostNorm.map(name), c.dModel))
  }

  private func gate(_ name: (String) -> String) throws(ModelFileError) -> Linear? {
    guard let gate = names.gate else { return nil }
    return try linear(name(gate), configuration.dMLP, configuration.dModel)
  }

  private func projections(_ name: (String) -> String) throws(ModelFileError) -> (
    query: Linear, key: Linear, value: Linear
  ) {
    let (heads, groups, dHead) = (configuration.headCount, configuration.groupCount, configuration.dHead)
    let dModel = configuration.dModel
    switch names.attention {
    case .separate(let query, let key, let value):
      return (
        reordered(try linear(name(query), heads * dHead, dModel)),
        reordered(try linear(name(key), groups * dHead, dModel)),
        try linear(name(value), groups * dHead, dModel)
      )
    case .fused(let all):
      let whole = try linear(name(all), (heads + 2 * groups) * dHead, dModel)
      let (keys, values) = (heads * dHead, (heads + groups) * dHead)
      return (whole[0..<keys], whole[keys..<values], whole[values..<whole.weight.rows])
    case .fusedByHead(let all):
      let whole = try linear(name(all), 3 * heads * dHead, dModel)
      let part = { (part: Int) in
        whole.reorderingOutputs((0..<heads * dHead).map { ($0 / dHead * 3 + part) * dHead + $0 % dHead })
      }
      return (part(0), part(1), part(2))
    }
  }

  private func linear(_ name: String, _ outputs: Int, _ inputs: Int) throws(ModelFileError) -> Linear {
    try linear(name, outputs, inputs, isTransposed: names.storesInputsFirst)
  }

  private func linear(_ name: String, _ outputs: Int, _ inputs: Int, isTransposed: Bool)
    throws(ModelFileError) -> Linear
  {
    let shape = isTransposed ? [inputs, outputs] : [outputs, inputs]
    let stored = try archive.tensor(name + ".weight", shape: shape).matrix()
    let weight = isTransposed ? stored.transposed() : stored
    guard archive.contains(name + ".bias") else { return Linear(weight: weight) }
    return Linear(weight: weight, bias: try archive.tensor(name + ".bias", shape: [outputs]).floats())
  }

  private func norm(_ name: String, _ width: Int) throws(ModelFileError) -> NormWeights {
    let weight = try archive.tensor(name + ".weight", shape: [width]).floats().map { $0 + normOffset }
    guard archive.contains(name + ".bias") else { return NormWeights(weight: weight) }
    return NormWeights(weight: weight, bias: try archive.tensor(name + ".bias", shape: [width]).floats())
  }

  private func normIfNamed(_ name: String?, _ width: Int) throws(ModelFileError) -> NormWeights? {
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
    return map.reorderingOutputs(order)
  }
}

extension Linear {
  /// The map to a run of the outputs; it shares the weight's bytes.
  fileprivate subscript(outputs: Range<Int>) -> Linear {
    Linear(weight: weight[rows: outputs], bias: bias.map { Array($0[outputs]) })
  }

  /// Returns a copy whose output r is output `order[r]` of this one.
  fileprivate func reorderingOutputs(_ order: [Int]) -> Linear {
    Linear(weight: weight.reorderingRows(order), bias: bias.map { bias in order.map { bias[$0] } })
  }
}
