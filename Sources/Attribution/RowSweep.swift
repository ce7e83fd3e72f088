import LinearAlgebra
import ReplacementModels
import Transcoders
import Transformers

/// Computes edge rows: one walk down the frozen model for many targets at once.
///
/// 1. Targets join at the layer that they read, outputs first, each with its read direction at its position.
/// 2. Each layer's attention carries all joined gradients from behind it to before it (`CausalRows.pull`): with those
///    of the targets that read behind it, but not of those that read beside it.
/// 3. Between layers, the gradients meet what the sources of the layer below write: an edge is their dot product.
/// 4. Below layer 0 they meet the tokens.
///
/// No gradient passes an MLP except by a skip connection (methods paper, §"Constructing an Attribution Graph").
struct RowSweep: ~Copyable {
  let model: LocalReplacementModel
  let layout: RowLayout
  private let zeroStreams: [Matrix]
  private let writeRows: [Int32]
  private var gradients: CausalRows

  init(_ model: LocalReplacementModel, _ layout: RowLayout) {
    self.model = model
    self.layout = layout
    zeroStreams = model.zeroStreams()
    writeRows = model.features.sites.map { Int32(model.basis.writeRow(layer: $0.layer, index: $0.index)) }
    gradients = CausalRows(width: model.transformer.configuration.dModel)
  }

  /// The most rows (targets × positions) that one walk carries: enough for efficient products, little memory.
  static func rowLimit(width: Int) -> Int { max(512, 8_000_000 / width) }

  /// Returns the edges of `targets`, which are in descending order of their layer.
  ///
  /// - Parameters:
  ///   - top: The layer whose incoming stream the first targets read; nil for the stream behind the last one.
  ///   - directions: The read directions in the residual stream of a run of targets, `[run, dModel]`.
  mutating func edges(
    of targets: [RowTarget], behind top: Int? = nil, directions: (Range<Int>) -> Matrix
  ) -> EdgeRows {
    let top = top ?? model.layerCount
    var edges = EdgeRows(targets, layout)
    gradients.begin(lastPositions: targets.map(\.position))
    for layer in stride(from: top, through: 0, by: -1) {
      let joining = gradients.joined..<(targets.firstIndex { $0.layer < layer } ?? targets.count)
      func join(_ gradients: inout CausalRows) {
        if !joining.isEmpty { gradients.join(directions(joining)) }
      }
      if layer < top {
        addZeroReach(pull(layer, joining: join), to: &edges)
      } else {
        join(&gradients)
        addDirectZeroReach(directions(joining), before: top, to: &edges)
      }
      guard gradients.joined > 0 else { continue }
      if layer > 0 { contract(below: layer, into: &edges) } else { contractTokens(into: &edges) }
    }
    return edges
  }

  /// Carries the gradients from behind a block to before it, letting the targets that read its MLP's input join.
  ///
  /// - Returns: What reaches the value at position 0.
  private mutating func pull(_ layer: Int, joining join: (inout CausalRows) -> Void) -> [Float] {
    return model.pass.pull(
      &gradients, through: layer, zeroStream: zeroStreams[layer], skip: model.pulledSkip(layer),
      joining: join)
  }

  private func addZeroReach(_ reach: [Float], to edges: inout EdgeRows) {
    for target in 0..<gradients.joined {
      edges.weights[edges.starts[target] + layout.tokenStart(edges.targets[target])] += reach[target]
    }
  }

  /// What reads a stream at position 0 reads the first token's directly.
  private func addDirectZeroReach(_ directions: Matrix, before layer: Int, to edges: inout EdgeRows) {
    for target in 0..<directions.rows where edges.targets[target].position == 0 {
      let effect = dot(directions[row: target], zeroStreams[layer].storage[...])
      edges.weights[edges.starts[target] + layout.tokenStart(edges.targets[target])] += effect
    }
  }

  /// Adds the effects of all that is written at the output place of the layer below.
  private func contract(below layer: Int, into edges: inout EdgeRows) {
    let output = layer - 1
    let factors = model.pass.outputFactors(output, hook: model.outputHook)
    let errors = StoredMatrix(model.errors[output])
    let errorStarts = starts(edges) { layout.errorStart($0) + output * $0.position }
    let writers = (0...output).compactMap { source in
      model.basis.writeVectors(layer: source, outputLayer: output).map { vectors in
        (
          layer: source, vectors: vectors,
          starts: starts(edges) { layout.featureStart(layer: source, position: $0.position) }
        )
      }
    }
    let sites = (1..<max(model.positionCount, 1)).map { position in
      var segments = writers.map { writer in
        segment(writer.vectors, writer.layer, position, factors.positions[position], writer.starts)
      }
      segments.append(
        SourceSegment(
          vectors: errors, rows: [Int32(position)], scales: [factors.positions[position]],
          starts: errorStarts,
          offset: position - 1))
      return (position: position, segments: segments)
    }
    gradients.contract(sites, factors: factors.columns, into: &edges.weights, model.transformer.workers)
  }

  private func segment(
    _ vectors: StoredMatrix, _ layer: Int, _ position: Int, _ factor: Float, _ starts: [Int]
  ) -> SourceSegment {
    let features = model.features
    let range = features.range(layer: layer, position: position)
    let scales = factor == 1 ? features.values[range] : ArraySlice(features.values[range].map { $0 * factor })
    let first = features.range(layer: layer, position: 0).upperBound
    return SourceSegment(
      vectors: vectors, rows: writeRows[range], scales: scales, starts: starts,
      offset: range.lowerBound - first)
  }

  private func contractTokens(into edges: inout EdgeRows) {
    let embeddings = StoredMatrix(model.embeddings)
    let tokenStarts = starts(edges) { layout.tokenStart($0) }
    let sites = (1..<max(model.positionCount, 1)).map { position in
      let segment = SourceSegment(
        vectors: embeddings, rows: [Int32(position)], scales: [1], starts: tokenStarts, offset: position)
      return (position: position, segments: [segment])
    }
    gradients.contract(sites, factors: nil, into: &edges.weights, model.transformer.workers)
  }

  private func starts(_ edges: EdgeRows, _ within: (RowTarget) -> Int) -> [Int] {
    zip(edges.starts, edges.targets).map { $0 + within($1) }
  }
}
