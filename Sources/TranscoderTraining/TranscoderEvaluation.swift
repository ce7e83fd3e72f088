import Foundation
public import LinearAlgebra
public import Transcoders
public import Transformers

/// How well transcoders stand for a model's MLPs on text.
public struct TranscoderEvaluation: Sendable, Codable {
  /// The numbers of one layer.
  public struct Layer: Sendable, Codable {
    /// ‖y − ŷ‖² over the variance of y.
    public var unexplained: Double
    /// Features active at a position.
    public var activeFeatures: Double
    /// The share of features that were never active.
    public var dead: Double
  }

  /// The positions that were looked at.
  public var positions: Int
  /// Each layer by itself, reading what the model computes.
  public var layers: [Layer]
  /// How often the replacement model (every MLP replaced, errors dropped) has the model's most probable token.
  public var agreement: Double
  /// KL(model ‖ replacement model), in nats.
  public var divergence: Double
  /// −log p of the text's next token, by the model.
  public var crossEntropy: Double
  /// The same, by the replacement model.
  public var replacedCrossEntropy: Double

  /// The mean over layers of the unexplained fraction.
  public var meanUnexplained: Double { layers.map(\.unexplained).reduce(0, +) / Double(max(1, layers.count)) }

  /// Evaluates a set on contexts, one a worker.
  ///
  /// Position 0 has no features; in the replacement model its MLPs stay as they are.
  ///
  /// - Parameter contexts: Token ids as the model reads them, at least two each.
  public init(
    _ set: TranscoderSet, of transformer: Transformer, contexts: [[Int]], _ workers: Workers
  ) throws(TranscoderError) {
    let sizes = transformer.configuration
    guard set.layerCount == sizes.layerCount,
      set.transcoders.allSatisfy({ $0.encoder.width == sizes.dModel })
    else {
      throw .unfit(
        name: set.name, problem: "the model has \(sizes.layerCount) layers of width \(sizes.dModel)")
    }
    let single = Transformer(configuration: sizes, weights: transformer.weights, workers: Workers(count: 1))
    let tallies = workers.map(contexts) { ContextTally($0, single, set) }
    var total = ContextTally(set)
    for tally in tallies { total.add(tally) }
    self.init(total)
  }

  private init(_ total: ContextTally) {
    let count = Double(max(1, total.positions))
    positions = total.positions
    layers = total.layers.map { layer in
      let mean = layer.sum.reduce(0) { $0 + $1 * $1 } / count
      let dead = layer.uses.count { $0 == 0 }
      return Layer(
        unexplained: layer.squaredError / max(layer.squares - mean, 1e-30),
        activeFeatures: Double(layer.uses.reduce(0, +)) / count,
        dead: Double(dead) / Double(max(1, layer.uses.count)))
    }
    let predictions = Double(max(1, total.predictions))
    agreement = Double(total.agreements) / count
    divergence = total.divergence / count
    crossEntropy = total.crossEntropy / predictions
    replacedCrossEntropy = total.replacedCrossEntropy / predictions
  }
}

/// What is summed over the positions of contexts.
private struct ContextTally: Sendable {
  struct Layer: Sendable {
    var squaredError = 0.0
    var squares = 0.0
    var sum: [Double]
    var uses: [Int]
  }

  var positions = 0
  var predictions = 0
  var agreements = 0
  var divergence = 0.0
  var crossEntropy = 0.0
  var replacedCrossEntropy = 0.0
  var layers: [Layer]

  init(_ set: TranscoderSet) {
    layers = set.transcoders.map {
      Layer(
        sum: Array(repeating: 0, count: $0.encoder.width), uses: Array(repeating: 0, count: $0.featureCount)
      )
    }
  }

  init(_ context: [Int], _ transformer: Transformer, _ set: TranscoderSet) {
    self.init(set)
    positions = context.count - 1
    let hooks = (0..<set.layerCount).flatMap {
      [HookPoint(set.input.hook, layer: $0), HookPoint(set.output.hook, layer: $0)]
    }
    let clean = transformer.run(context, recording: Set(hooks))
    var written = WrittenFeatures(set)
    for layer in 0..<set.layerCount {
      guard let input = clean.activations[set.input.hook, layer],
        let output = clean.activations[set.output.hook, layer]
      else { continue }
      compare(written.output(layer, input), output, layer)
      for feature in written.active(layer) { layers[layer].uses[feature] += 1 }
    }
    var edits = ReplacedMLPs(written: WrittenFeatures(set))
    var cache = KeyValueCache(layerCount: set.layerCount)
    let replaced = transformer.run(
      context, stream: transformer.stream(of: context, firstPosition: 0), from: 0, continuing: &cache,
      recording: Set(hooks), logits: .all, editing: &edits)
    for position in 1..<context.count {
      compareLogits(
        clean.logits[row: position], replaced.logits[row: position],
        next: position + 1 < context.count ? context[position + 1] : nil)
    }
  }

  private mutating func compare(_ given: Matrix, _ wanted: Matrix, _ layer: Int) {
    for position in 1..<wanted.rows {
      for (column, value) in wanted[row: position].enumerated() {
        let error = Double(given[position, column]) - Double(value)
        layers[layer].squaredError += error * error
        layers[layer].squares += Double(value) * Double(value)
        layers[layer].sum[column] += Double(value)
      }
    }
  }

  private mutating func compareLogits(_ clean: ArraySlice<Float>, _ replaced: ArraySlice<Float>, next: Int?) {
    let (p, q) = (LogProbabilities(clean), LogProbabilities(replaced))
    if p.top == q.top { agreements += 1 }
    divergence += p.divergence(from: q)
    guard let next else { return }
    predictions += 1
    crossEntropy -= p[next]
    replacedCrossEntropy -= q[next]
  }

  mutating func add(_ other: ContextTally) {
    positions += other.positions
    predictions += other.predictions
    agreements += other.agreements
    divergence += other.divergence
    crossEntropy += other.crossEntropy
    replacedCrossEntropy += other.replacedCrossEntropy
    for (index, layer) in other.layers.enumerated() {
      layers[index].squaredError += layer.squaredError
      layers[index].squares += layer.squares
      for column in layer.sum.indices { layers[index].sum[column] += layer.sum[column] }
      for feature in layer.uses.indices { layers[index].uses[feature] += layer.uses[feature] }
    }
  }
}

/// The logarithms of a softmax.
private struct LogProbabilities {
  private let logits: ArraySlice<Float>
  private let normaliser: Double
  let top: Int

  init(_ logits: ArraySlice<Float>) {
    self.logits = logits
    let greatest = logits.max() ?? 0
    top = (logits.firstIndex(of: greatest) ?? logits.startIndex) - logits.startIndex
    normaliser = Double(greatest) + log(logits.reduce(0.0) { $0 + exp(Double($1 - greatest)) })
  }

  subscript(token: Int) -> Double { Double(logits[logits.startIndex + token]) - normaliser }

  func divergence(from other: LogProbabilities) -> Double {
    (0..<logits.count).reduce(0.0) { sum, place in
      sum + exp(self[place]) * (self[place] - other[place])
    }
  }
}

/// Layer by layer, what features read and write for one context.
private struct WrittenFeatures {
  private let set: TranscoderSet
  private var activations: [FeatureActivations] = []
  private let workers = Workers(count: 1)

  init(_ set: TranscoderSet) { self.set = set }

  /// The indices of the features that are active at a layer, once for each position.
  func active(_ layer: Int) -> [Int] { activations[layer].sites.map(\.index) }

  /// Returns what the features of this and earlier layers write at a layer; layers are asked in order.
  mutating func output(_ layer: Int, _ input: Matrix) -> Matrix {
    let one = TranscoderSet(
      name: set.name, input: set.input, output: set.output, activation: set.activation,
      transcoders: [set.transcoders[layer]])
    activations.append(one.activations(inputs: [input], workers))
    var out = Matrix(rows: input.rows, columns: input.columns)
    if let skip = set.transcoders[layer].skip { out = input.times(transposed: skip, workers) }
    out.add(toEveryRow: set.transcoders[layer].decoderBias)
    for source in 0...layer where layer - source < set.transcoders[source].span {
      let sites = activations[source].sites
      out.addRows(
        of: set.transcoders[source].decoders[layer - source], sites.map(\.index),
        scaledBy: activations[source].values[...], toRows: sites.map(\.position))
    }
    return out
  }
}

/// The replacement model: every MLP gives what the features write, except at position 0.
private struct ReplacedMLPs: BlockEdits {
  var written: WrittenFeatures
  private let hooks: (input: HookPoint.Kind, output: HookPoint.Kind)

  init(written: WrittenFeatures) {
    self.written = written
    hooks = written.hooks
  }

  func pattern(_ layer: Int) -> AttentionPattern? { nil }

  mutating func output(
    at place: HookPoint.Kind, _ layer: Int, _ activations: inout ActivationCache,
    _ model: (inout ActivationCache) -> Matrix
  ) -> Matrix {
    let own = model(&activations)
    guard place == hooks.output, let input = activations[hooks.input, layer] else { return own }
    var out = written.output(layer, input)
    out[row: 0] = own[row: 0]
    return out
  }
}

extension WrittenFeatures {
  var hooks: (input: HookPoint.Kind, output: HookPoint.Kind) { (set.input.hook, set.output.hook) }
}
