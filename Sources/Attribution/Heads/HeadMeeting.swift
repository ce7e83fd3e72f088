import LinearAlgebra
import ReplacementModels
import Transformers

/// The parts of one edge while they are gathered.
struct HeadParts {
  var weight: Float = 0
  var direct: Float = 0
  var single: Matrix
  var through: Matrix
}

/// Carries sources up through the frozen model to where the gradients of targets meet them.
///
/// Layer by layer, for each edge:
/// 1. what the heads read of the source, over all its paths, meets the target's gradient at the heads' outputs: the
///    part of the edge that passes each head;
/// 2. the source's straight stream and the target's straight gradient meet through one entry of each head's pattern:
///    the part that passes this head alone;
/// 3. where the target reads, the streams themselves meet its direction: the whole edge, and its direct part.
struct HeadMeeting {
  private let model: LocalReplacementModel
  private let gradients: HeadGradients
  /// The sources, those of lower layers first.
  private let sources: [StreamSource]
  private let edges: [(source: Int, target: Int)]
  /// The parts of each edge.
  private(set) var parts: [HeadParts]
  /// The streams that the sources have caused so far, `[joined sources · positions, dModel]`.
  private var whole: Matrix
  /// Their parts that passed no head, `[joined sources, dModel]`.
  private var straight: Matrix

  init(
    _ model: LocalReplacementModel, _ gradients: HeadGradients, _ sources: [StreamSource],
    edges: [(source: Int, target: Int)]
  ) {
    self.model = model
    self.gradients = gradients
    self.sources = sources
    self.edges = edges
    let configuration = model.transformer.configuration
    let none = Matrix(rows: configuration.layerCount, columns: configuration.headCount)
    parts = Array(repeating: HeadParts(single: none, through: none), count: edges.count)
    whole = Matrix(rows: 0, columns: configuration.dModel)
    straight = whole
  }

  /// Carries the sources through all layers that a target reads from.
  mutating func run() {
    let top = gradients.targets.first?.layer ?? -1
    enter(behind: -1)
    for layer in 0..<model.layerCount where layer <= top {
      if straight.isEmpty {
        enter(behind: layer)
        continue
      }
      let map = LinearLayer(model, layer)
      let heads = map.headOutputs(whole)
      meet(layer, map, heads)
      let before = whole
      whole += map.added(heads)
      let isParallel = model.transformer.configuration.hasParallelResidual
      read(layer, isParallel ? before : whole)
      map.addSkip(of: isParallel ? before : whole, to: &whole)
      map.addSkip(of: straight, positions: sources.prefix(straight.rows).map(\.position), to: &straight)
      enter(behind: layer)
    }
    read(model.layerCount, whole)
  }

  /// Adds what the sources write behind a layer.
  private mutating func enter(behind layer: Int) {
    let joining = sources[straight.rows...].prefix { $0.layer <= layer }.count
    if joining > 0 {
      whole = whole.appendingRows(
        of: Matrix(rows: joining * model.positionCount, columns: whole.columns))
      straight = straight.appendingRows(of: Matrix(rows: joining, columns: whole.columns))
    }
    for (index, source) in sources.prefix(straight.rows).enumerated() {
      guard let vector = source.written(behind: layer, model) else { continue }
      whole.add(vector, toRow: index * model.positionCount + source.position)
      straight.add(vector, toRow: index)
    }
  }

  /// Steps 1 and 2.
  private mutating func meet(_ layer: Int, _ map: LinearLayer, _ heads: Matrix) {
    let joined = gradients.straight[layer].rows
    let live = edges.indices.filter { edges[$0].source < straight.rows && edges[$0].target < joined }
    guard !live.isEmpty else { return }
    let dots = heads.blockDots(
      gradients.whole[layer], pairs: live.map { (edges[$0].source, edges[$0].target) },
      height: model.positionCount, runs: parts[live[0]].through.columns, model.transformer.workers)
    let values = map.values(straight)
    for (row, edge) in live.enumerated() {
      parts[edge].through[row: layer] = dots[row: row]
      parts[edge].single[row: layer] = single(edges[edge], layer, map.attention, values)[...]
    }
  }

  /// What one source does to one target through each head of a layer and nothing else but the stream.
  private func single(
    _ edge: (source: Int, target: Int), _ layer: Int, _ attention: FrozenAttention, _ values: Matrix
  ) -> [Float] {
    let pattern = attention.pattern
    let width = attention.output.columns / pattern.headCount
    let shared = pattern.headCount / (values.columns / width)
    let (value, gradient) = (values[row: edge.source], gradients.straight[layer][row: edge.target])
    let (query, key) = (gradients.targets[edge.target].position, sources[edge.source].position)
    return (0..<pattern.headCount).map { head in
      let weight = pattern.weights[(head * pattern.queryCount + query) * pattern.keyCount + key]
      guard weight != 0 else { return 0 }
      let read = value.dropFirst(head / shared * width).prefix(width)
      return weight * dot(read, gradient.dropFirst(head * width).prefix(width))
    }
  }

  /// Step 3, for the targets that read at a layer.
  private mutating func read(_ layer: Int, _ stream: Matrix) {
    for (index, edge) in edges.enumerated() {
      let (target, source) = (gradients.targets[edge.target], edge.source)
      guard target.layer == layer, source < straight.rows else { continue }
      let direction = target.direction[...]
      parts[index].weight = dot(stream[row: source * model.positionCount + target.position], direction)
      if sources[source].position == target.position {
        parts[index].direct = dot(straight[row: source], direction)
      }
    }
  }
}
