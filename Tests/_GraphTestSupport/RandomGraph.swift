public import CircuitGraphs

/// Repeatable random numbers (SplitMix64), so that a failing case fails again.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Starts the sequence that belongs to a seed.
  public init(seed: UInt64) { state = seed }

  /// Returns the next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}

/// The size of a random attribution graph.
public struct RandomGraphShape: Sendable {
  /// Layers, positions, features active at each layer and position, and logits.
  public var layers: Int, positions: Int, featuresPerSite: Int, logits: Int
  /// The share of possible edges that exist.
  public var density: Double

  /// Describes a graph with `layers * positions * featuresPerSite` features.
  public init(layers: Int, positions: Int, featuresPerSite: Int, logits: Int, density: Double) {
    self.layers = layers
    self.positions = positions
    self.featuresPerSite = featuresPerSite
    self.logits = logits
    self.density = density
  }

  /// Makes a causal graph of this shape with weights of both signs.
  public func makeGraph(using generator: inout SeededGenerator) -> AttributionGraph {
    var features: [FeatureNode] = []
    for layer in 0..<layers {
      for position in 0..<positions {
        for index in 0..<featuresPerSite {
          features.append(FeatureNode(layer: layer, position: position, index: index * 7 + layer))
        }
      }
    }
    let layout = NodeLayout(
      features: features, layerCount: layers, positionCount: positions, logitCount: logits)
    var edges = SparseRows(columnCount: layout.count)
    for feature in features {
      let below = layout.featureRange(ofLayer: feature.layer).lowerBound
      let errors = layout.errorRange.lowerBound..<layout.errorRange.lowerBound + feature.layer * positions
      append(sources: [0..<below, errors, layout.tokenRange], to: &edges, &generator)
    }
    edges.appendEmptyRows(layout.logitRange.lowerBound - features.count)
    for _ in 0..<logits {
      append(sources: [0..<layout.tokenRange.upperBound], to: &edges, &generator)
    }
    return AttributionGraph(
      layout: layout, edges: edges,
      activations: features.map { _ in Float.random(in: 0...3, using: &generator) },
      logits: (0..<logits).map {
        LogitNode(vocabularyIndex: $0, label: "token\($0)", probability: 0.5 / Float($0 + 1))
      }, tokens: Array(0..<positions))
  }

  private func append(
    sources: [Range<Int>], to edges: inout SparseRows, _ generator: inout SeededGenerator
  ) {
    var columns: [Int32] = []
    var weights: [Float] = []
    // Steps between kept columns are uniform with mean 1 / density: fast for sparse graphs.
    let longest = max(1, Int(2 / density) - 1)
    for range in sources {
      var column = range.lowerBound - 1 + Int.random(in: 1...longest, using: &generator)
      while column < range.upperBound {
        columns.append(Int32(column))
        weights.append(Float.random(in: -1...1, using: &generator))
        column += Int.random(in: 1...longest, using: &generator)
      }
    }
    edges.appendRow(columns: columns.span, weights: weights.span)
  }
}
