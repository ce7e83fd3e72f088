/// The features that are active at each position: sparse rows, features in rising order within a row.
public struct SparseActivations: Sendable, Equatable {
  /// The number of features that could be active.
  public let featureCount: Int
  /// Where the entries of each position begin, and one past the last.
  public let starts: [Int]
  /// The feature of each entry.
  public let features: [Int32]
  /// The value of each entry.
  public var values: [Float]

  /// Makes sparse rows; `starts` rises from 0 to the number of entries.
  public init(featureCount: Int, starts: [Int], features: [Int32], values: [Float]) {
    precondition(
      features.count == values.count && starts.last == features.count && starts.first == 0,
      "\(features.count) features, \(values.count) values, rows to \(starts.last ?? -1)")
    self.featureCount = featureCount
    self.starts = starts
    self.features = features
    self.values = values
  }

  /// The number of positions.
  public var positionCount: Int { starts.count - 1 }

  /// The number of entries.
  public var count: Int { features.count }

  /// The entries of a position.
  public func range(_ position: Int) -> Range<Int> { starts[position]..<starts[position + 1] }

  /// The position of every entry.
  public var positions: [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(count)
    for position in 0..<positionCount {
      result.append(contentsOf: repeatElement(Int32(position), count: range(position).count))
    }
    return result
  }

  /// Returns the entries whose value is at least `least`.
  public func keeping(atLeast least: Float) -> SparseActivations {
    var (starts, features, values) = ([0], [Int32](), [Float]())
    starts.reserveCapacity(self.starts.count)
    features.reserveCapacity(count)
    values.reserveCapacity(count)
    for position in 0..<positionCount {
      for entry in range(position) where self.values[entry] >= least {
        features.append(self.features[entry])
        values.append(self.values[entry])
      }
      starts.append(features.count)
    }
    return SparseActivations(featureCount: featureCount, starts: starts, features: features, values: values)
  }
}

/// The entries of sparse rows in the order of the feature; within one, of the position.
public struct FeatureLists: Sendable {
  /// Where the entries of each feature begin, and one past the last.
  public let starts: [Int]
  /// The entries, as places in the sparse rows.
  public let entries: [Int32]
  /// The position of each.
  public let positions: [Int32]

  /// Sorts the entries of `activations` by feature.
  public init(_ activations: SparseActivations) {
    var starts = [Int](repeating: 0, count: activations.featureCount + 1)
    for feature in activations.features { starts[Int(feature) + 1] += 1 }
    for feature in 0..<activations.featureCount { starts[feature + 1] += starts[feature] }
    var next = starts
    var entries = [Int32](repeating: 0, count: activations.count)
    var positions = entries
    for position in 0..<activations.positionCount {
      for entry in activations.range(position) {
        let feature = Int(activations.features[entry])
        entries[next[feature]] = Int32(entry)
        positions[next[feature]] = Int32(position)
        next[feature] += 1
      }
    }
    self.starts = starts
    self.entries = entries
    self.positions = positions
  }

  /// The places in the lists of a feature's entries.
  public func range(_ feature: Int) -> Range<Int> { starts[feature]..<starts[feature + 1] }

  /// Returns, for each feature, the sum of `coefficients` (one an entry of the sparse rows) over its entries.
  public func sums(_ coefficients: [Float]) -> [Float] {
    (0..<starts.count - 1).map { feature in
      range(feature).reduce(into: Float(0)) { $0 += coefficients[Int(entries[$1])] }
    }
  }
}
