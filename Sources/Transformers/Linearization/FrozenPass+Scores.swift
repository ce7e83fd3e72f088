public import LinearAlgebra

/// A side of an attention score: scores are products of a query and a key.
public enum ScoreSide: Sendable, CaseIterable {
  /// The position that reads.
  case query
  /// The position that is read.
  case key
}

extension FrozenPass {
  /// Returns a head's query or key at a position as the pass had it, normalised and rotated, `[dHead]`.
  public func scoreVector(_ side: ScoreSide, layer: Int, head: Int, position: Int) -> [Float] {
    let width = transformer.configuration.dHead
    let heads = side == .query ? queries[layer] : keys[layer]
    return Array(heads[row: position].dropFirst(place(side, head) * width).prefix(width))
  }

  /// Returns the directions of the stream before a layer that the numbers of a head's query or key read,
  /// `[dHead, dModel]`.
  ///
  /// With the denominators of the attention's norm and of the head's own norm frozen, a rotated query or key is linear in
  /// the stream: R · diag(w/σ) · W · diag(w'/σ') · x, and constant terms.
  ///
  /// - Parameter stream: The stream before the layer at the position, `[dModel]`: it gives the head norm's denominator.
  public func scoreDirections(
    _ side: ScoreSide, layer: Int, head: Int, position: Int, stream: ArraySlice<Float>
  ) -> Matrix {
    let (configuration, block) = (transformer.configuration, transformer.weights.blocks[layer])
    let width = configuration.dHead
    let map = side == .query ? block.query : block.key
    let rows = place(side, head) * width..<(place(side, head) + 1) * width
    var directions = rotation(layer: layer, position: position)
    if let norm = side == .query ? block.queryNorm : block.keyNorm {
      let scale = headScale(map, rows, layer, stream)
      directions = transformer.pulled(
        directions, throughFrozen: norm, scales: Array(repeating: scale, count: width))
    }
    directions = directions.times(map.weight.gathered(rows), transformer.workers)
    return transformer.pulled(
      directions, throughFrozen: block.attentionNorm,
      scales: Array(repeating: attentionScales[layer][position], count: width))
  }

  /// The rotation of a head at a position, `[dHead, dHead]`.
  private func rotation(layer: Int, position: Int) -> Matrix {
    let (rotary, width) = (transformer.configuration.rotary, transformer.configuration.dHead)
    // Rows of the identity as so many heads of one position: turned backwards, they are the rows of the rotation.
    var rows = Matrix(rows: 1, columns: width * width)
    for number in 0..<width { rows[0, number * width + number] = 1 }
    if !rotary.isEmpty {
      rotary[layer].rotate(&rows, dHead: width, firstPosition: position, backwards: true)
    }
    return rows.reshaped(columns: width)
  }

  /// The denominator of a head's own norm.
  private func headScale(_ map: Linear, _ rows: Range<Int>, _ layer: Int, _ stream: ArraySlice<Float>)
    -> Float
  {
    let (normalized, _) = transformer.normalize(
      Matrix(rows: 1, columns: stream.count, storage: Array(stream)))
    let read = transformer.apply(transformer.weights.blocks[layer].attentionNorm, to: normalized)
    let heads = map(read, transformer.workers).picking(columns: Array(rows))
    return transformer.normalize(heads).scale[0]
  }

  /// Which head of queries or keys belongs to a head: heads of a group share their keys.
  private func place(_ side: ScoreSide, _ head: Int) -> Int {
    let configuration = transformer.configuration
    return side == .query ? head : head / (configuration.headCount / configuration.groupCount)
  }
}
