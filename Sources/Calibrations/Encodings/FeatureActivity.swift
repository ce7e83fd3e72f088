package import Interventions
package import LinearAlgebra
import ReplacementModels
import Specimens
package import Transcoders
package import Transformers

/// Tells which features are active at the positions of a prompt.
///
/// A transcoder's feature is active where its activation is not zero. A neuron is hardly ever zero: it counts as active
/// where its activation lies beyond half of its largest one, or of its smallest one below zero, over the probe prompts.
/// The two signs are told apart, so a *number* stands for a feature and a sign.
package struct FeatureActivity: Sendable {
  package let transformer: Transformer
  package let basis: any SteerableBasis
  /// The number of each layer's first feature, and one past the last.
  private let starts: [Int]
  /// For each feature, the activations beyond which it is active; empty for 0.
  private var low: [Float] = []
  private var high: [Float] = []

  package init(_ transformer: Transformer, _ basis: any SteerableBasis) {
    self.transformer = transformer
    self.basis = basis
    starts = (0..<basis.layerCount).reduce(into: [0]) {
      $0.append(($0.last ?? 0) + basis.featureCount(layer: $1))
    }
  }

  /// How many numbers there are.
  package var count: Int { 2 * (starts.last ?? 0) }

  /// The number of a feature with an activation; nil where it is not active.
  package func number(_ site: FeatureSite, _ value: Float) -> Int? {
    let feature = starts[site.layer] + site.index
    if value > (high.isEmpty ? 0 : high[feature]) { return 2 * feature }
    return value < (low.isEmpty ? 0 : low[feature]) ? 2 * feature + 1 : nil
  }

  /// The layer and index of a number's feature.
  package func feature(ofNumber number: Int) -> (layer: Int, index: Int) {
    let layer = (starts.firstIndex { $0 > number / 2 } ?? starts.count) - 1
    return (layer, number / 2 - starts[layer])
  }

  /// The numbers of a feature, for both signs; none for a feature that is not there.
  package func numbers(layer: Int, index: Int) -> [Int] {
    guard (0..<basis.layerCount).contains(layer), (0..<basis.featureCount(layer: layer)).contains(index)
    else {
      return []
    }
    return [2 * (starts[layer] + index), 2 * (starts[layer] + index) + 1]
  }

  /// What is not zero on a prompt, and the most probable token behind it.
  package func read(_ tokens: [Int]) -> (features: FeatureActivations, top: Int) {
    let kind = basis.input.hook
    let run = transformer.run(
      tokens, recording: Set((0..<basis.layerCount).map { HookPoint(kind, layer: $0) }), logits: .last)
    return (
      basis.activations(inputs: run.activations.matrices(kind), transformer.workers), run.logits.storage.top
    )
  }

  /// The numbers that are active at each position of a prompt.
  package func numbers(_ tokens: [Int]) -> [[Int32]] {
    let features = read(tokens).features
    var active = [[Int32]](repeating: [], count: tokens.count)
    for (site, value) in zip(features.sites, features.values) {
      if let number = number(site, value) { active[site.position].append(Int32(number)) }
    }
    return active
  }

  /// Sets the bars of neurons by what they reach on prompts.
  package mutating func setBars(_ prompts: [[Int]], _ workers: Workers) {
    let count = starts.last ?? 0
    (low, high) = (Array(repeating: 0, count: count), Array(repeating: 0, count: count))
    for first in stride(from: 0, to: prompts.count, by: 64) {
      let batch = Array(prompts[first..<min(first + 64, prompts.count)])
      let reading = self
      for features in workers.map(batch, { reading.read($0).features }) {
        for (site, value) in zip(features.sites, features.values) {
          let feature = starts[site.layer] + site.index
          low[feature] = min(low[feature], value / 2)
          high[feature] = max(high[feature], value / 2)
        }
      }
    }
  }
}

extension [Float] {
  /// The place of the largest number, the first of equal ones.
  package var top: Int { indices.reduce(0) { self[$1] > self[$0] ? $1 : $0 } }
}
