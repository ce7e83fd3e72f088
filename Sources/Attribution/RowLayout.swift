import Transcoders

/// What an edge row belongs to: a feature, or an output, which reads behind the last layer.
struct RowTarget: Sendable {
  /// The layer at whose input place the target reads; the number of layers for an output.
  var layer: Int
  /// The position at which it reads.
  var position: Int
}

/// Where the edges of a row lie.
///
/// A row has an entry for every source of its causal cone and no others: for each lower layer the active features
/// of the positions 1…p, then the errors of those layers and positions, then the tokens 0…p. So the entries need no
/// column numbers, and each layer's features stay one contiguous run.
struct RowLayout: Sendable {
  let features: FeatureActivations
  /// At `[p][k]` the number of features of the layers below k at the positions 1…p.
  private let featureStarts: [[Int]]

  init(_ features: FeatureActivations) {
    self.features = features
    featureStarts = (0..<features.positionCount).map { last in
      var starts = [0]
      for layer in 0..<features.layerCount {
        starts.append(starts[layer] + features.range(layer: layer, positions: 1..<last + 1).count)
      }
      return starts
    }
  }

  /// The number of entries of a target's row.
  func count(_ target: RowTarget) -> Int { tokenStart(target) + target.position + 1 }

  /// Where the features of a layer begin in the row of a target at `position`.
  func featureStart(layer: Int, position: Int) -> Int { featureStarts[position][layer] }

  /// Where the errors begin; the error of (layer k, position q) is `k · position + q − 1` further.
  func errorStart(_ target: RowTarget) -> Int { featureStarts[target.position][target.layer] }

  /// Where the tokens begin; that of position q is q further.
  func tokenStart(_ target: RowTarget) -> Int { errorStart(target) + target.layer * target.position }

  /// The active features of a layer that a target at `position` has entries for.
  func sources(layer: Int, position: Int) -> Range<Int> {
    features.range(layer: layer, positions: 1..<position + 1)
  }
}

/// Edge rows, one after another.
struct EdgeRows: Sendable {
  /// What each row belongs to.
  let targets: [RowTarget]
  /// Where each row begins in `weights`.
  let starts: [Int]
  /// The direct effects.
  var weights: [Float]

  init(_ targets: [RowTarget], _ layout: RowLayout) {
    self.targets = targets
    var starts: [Int] = []
    var end = 0
    for target in targets {
      starts.append(end)
      end += layout.count(target)
    }
    self.starts = starts
    weights = Array(repeating: 0, count: end)
  }

  /// The entries of one row.
  func row(_ index: Int) -> ArraySlice<Float> {
    weights[starts[index]..<(index + 1 < starts.count ? starts[index + 1] : weights.count)]
  }
}
