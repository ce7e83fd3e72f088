import Interventions
import LinearAlgebra
import Transcoders

/// The features that are active anywhere in each of some texts.
struct ActiveSets: Sendable {
  /// The number of layers.
  let layerCount: Int
  /// `sets[text][layer]`, ascending.
  private let sets: [[[Int32]]]

  /// Reads texts.
  ///
  /// Neurons count where their magnitude is beyond half of the greatest over all texts; those are read first.
  init(
    _ probe: FeatureProbe, _ texts: [[Int]], _ workers: Workers, progress: (Int) throws -> Void = { _ in }
  ) rethrows {
    var bars: [[Float]] = []
    if probe.usesNeurons {
      bars = (0..<probe.basis.layerCount).map {
        Array(repeating: 0, count: probe.basis.featureCount(layer: $0))
      }
      for start in stride(from: 0, to: texts.count, by: 8) {
        let batch = Array(texts[start..<min(start + 8, texts.count)])
        for read in workers.map(batch, { probe.activations($0) }) {
          for (site, value) in zip(read.sites, read.values) {
            bars[site.layer][site.index] = max(bars[site.layer][site.index], abs(value) / 2)
          }
        }
      }
    }
    layerCount = probe.basis.layerCount
    var sets: [[[Int32]]] = []
    let known = bars
    while sets.count < texts.count {
      let batch = Array(texts[sets.count..<min(sets.count + 8 * workers.count, texts.count)])
      sets += workers.map(batch) { ActiveSets.sets(probe.activations($0), bars: known) }
      try progress(sets.count)
    }
    self.sets = sets
  }

  private static func sets(_ read: FeatureActivations, bars: [[Float]]) -> [[Int32]] {
    var found = [Set<Int32>](repeating: [], count: read.layerCount)
    for (site, value) in zip(read.sites, read.values) {
      let bar = bars.isEmpty ? 0 : bars[site.layer][site.index]
      if abs(value) > bar { found[site.layer].insert(Int32(site.index)) }
    }
    return found.map { $0.sorted() }
  }

  /// The features in both texts over those in either; nil where there are none.
  func overlap(_ first: Int, _ second: Int, layer: Int) -> Double? {
    let (one, other) = (sets[first][layer], sets[second][layer])
    var (i, j, both) = (0, 0, 0)
    while i < one.count, j < other.count {
      if one[i] == other[j] { both += 1 }
      let isBehind = one[i] <= other[j]
      if one[i] >= other[j] { j += 1 }
      if isBehind { i += 1 }
    }
    let either = one.count + other.count - both
    return either == 0 ? nil : Double(both) / Double(either)
  }
}
