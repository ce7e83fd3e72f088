import Attribution
import CircuitGraphs
import LinearAlgebra
import ReplacementModels
import Transcoders
import Transformers

/// The twin of head loadings: every choice of at most one head a layer, each carried forward by itself.
struct PathSums {
  /// What one target reads of one source, for each list of heads (layer · heads + head) that paths pass.
  private(set) var sums: [[Int]: Float] = [:]
  private let twin: DirectEffects
  private let model: LocalReplacementModel
  private let attentions: [FrozenAttention]
  private let target: Node

  init(_ twin: DirectEffects, from source: Node, to target: Node) {
    self.twin = twin
    self.target = target
    model = twin.model
    let zero = Matrix(rows: 1, columns: model.transformer.configuration.dModel)
    let pass = twin.model.pass
    attentions = (0..<model.layerCount).map { pass.frozenAttention($0, zeroStream: zero) }
    let sources = twin.sources(source)
    if let embeddings = sources.embeddings { climb(0, embeddings, []) }
    for (layer, output) in sources.outputs.enumerated() {
      guard let output else { continue }
      climb(layer + 1, pass.added(layer, output, hook: model.outputHook, biases: false), [])
    }
  }

  var weight: Float { sums.values.reduce(0, +) }
  var direct: Float { sums[[]] ?? 0 }
  var several: Float { sums.filter { $0.key.count > 1 }.values.reduce(0, +) }

  func single(_ head: Int) -> Float { sums[[head]] ?? 0 }
  func through(_ head: Int) -> Float { sums.filter { $0.key.contains(head) }.values.reduce(0, +) }

  /// Follows a stream from before a layer, along every choice, to where the target reads.
  private mutating func climb(_ layer: Int, _ stream: Matrix, _ heads: [Int]) {
    guard stream.storage.contains(where: { $0 != 0 }) else { return }
    guard layer < model.layerCount else { return readOutput(stream, heads) }
    if model.transformer.configuration.hasParallelResidual {
      readFeature(layer, stream, heads)
      climb(layer + 1, withSkip(layer, stream), heads)
      for (head, read) in reads(layer, stream) { climb(layer + 1, read, heads + [head]) }
    } else {
      for (passed, middle) in [(heads, stream)] + reads(layer, stream).map({ (heads + [$0.head], $0.read) }) {
        readFeature(layer, middle, passed)
        climb(layer + 1, withSkip(layer, middle), passed)
      }
    }
  }

  private mutating func readOutput(_ stream: Matrix, _ heads: [Int]) {
    guard case .logit(let rank) = target else { return }
    let last = model.positionCount - 1
    let logits = model.pass.logits(stream, rows: last..<last + 1, biases: false).storage
    sums[heads, default: 0] += DirectEffects.centred(logits)[twin.tokens[rank]]
  }

  private mutating func readFeature(_ layer: Int, _ stream: Matrix, _ heads: [Int]) {
    guard case .feature(let feature) = target, feature.layer == layer else { return }
    let range = model.features.range(layer: layer, position: feature.position)
    guard let place = range.first(where: { model.features.sites[$0].index == feature.index }) else { return }
    let input = model.pass.mlpInput(layer, stream, hook: model.inputHook, biases: false)
    sums[heads, default: 0] += dot(twin.readVector(place), input[row: feature.position])
  }

  private func withSkip(_ layer: Int, _ stream: Matrix) -> Matrix {
    guard let skip = model.basis.skip(layer: layer) else { return stream }
    let input = model.pass.mlpInput(layer, stream, hook: model.inputHook, biases: false)
    let output = input.times(transposed: skip, model.transformer.workers)
    return stream + model.pass.added(layer, output, hook: model.outputHook, biases: false)
  }

  /// What each head of a layer makes of a stream, by plain loops.
  private func reads(_ layer: Int, _ stream: Matrix) -> [(head: Int, read: Matrix)] {
    let attention = attentions[layer]
    let width = attention.output.columns / attention.pattern.headCount
    let shared = attention.pattern.headCount / (attention.value.rows / width)
    return (0..<attention.pattern.headCount).map { head in
      var read = Matrix(rows: stream.rows, columns: stream.columns)
      for query in 0..<stream.rows {
        let mixed = PathSums.mixed(attention.pattern, head, query, stream)
        for unit in 0..<width {
          let row = attention.value[row: head / shared * width + unit]
          let value = zip(row, mixed).reduce(0.0) { $0 + Double($1.0) * $1.1 }
          for column in 0..<stream.columns {
            read[query, column] += Float(value) * attention.output[column, head * width + unit]
          }
        }
      }
      return (layer * attention.pattern.headCount + head, read)
    }
  }

  private static func mixed(
    _ pattern: AttentionPattern, _ head: Int, _ query: Int, _ stream: Matrix
  ) -> [Double] {
    (0..<stream.columns).map { column in
      (0..<pattern.keyCount).reduce(0.0) { sum, key in
        let weight = pattern.weights[(head * pattern.queryCount + query) * pattern.keyCount + key]
        return sum + Double(weight) * Double(stream[key, column])
      }
    }
  }
}
