import _LinearAlgebraShims

/// Which pre-activations become entries of sparse rows.
public enum FeatureSelection: Sendable {
  /// Those above a limit, one for each feature.
  case above([Float])
  /// The k largest of a position, above 0.
  case largest(Int)
}

/// What an encoder gives for some positions.
public struct EncodedPositions: Sendable {
  /// The selected pre-activations.
  public var selected: SparseActivations
  /// The largest pre-activations of the features asked for besides, above 0.
  public var auxiliary: SparseActivations
  /// Σ max(0, threshold − h) over the features asked for besides and all positions.
  public var shortfall: Double
}

/// Features that get a look besides the selection, such as dead ones.
public struct AuxiliaryFeatures: Sendable {
  /// Their indices, rising.
  public var features: [Int32]
  /// How many of a position to keep.
  public var count: Int
  /// The thresholds of all features, to sum what they fall short of; empty to leave that out.
  public var thresholds: [Float]

  /// Names the features.
  public init(features: [Int32] = [], count: Int = 0, thresholds: [Float] = []) {
    self.features = features
    self.count = count
    self.thresholds = thresholds
  }
}

extension Matrix {
  /// Returns the selected entries of h = X · Wᵀ + bias, without ever holding h of more than a few positions.
  ///
  /// 1. Lay out the encoder, a block of features each task.
  /// 2. For each few positions: the product, into memory of the worker that stays in its cache.
  /// 3. Add the bias, select, write down index and value.
  /// 4. Join the pieces in the order of the positions.
  ///
  /// - Parameters:
  ///   - encoder: `[features, columns]`.
  ///   - bias: `[features]`.
  ///   - workers: Their precision is the product's.
  public func encoded(
    by encoder: Matrix, bias: [Float], selecting selection: FeatureSelection,
    auxiliary: AuxiliaryFeatures = AuxiliaryFeatures(), _ workers: Workers
  ) -> EncodedPositions {
    precondition(
      columns == encoder.columns && bias.count == encoder.rows, "\(shape) encoded by \(encoder.shape)")
    let block = 480
    let blocks = (encoder.rows + block - 1) / block
    let chunk = Matrix.positionsPerTask
    let tasks = (rows + chunk - 1) / chunk
    var pieces = [EncodedChunk](repeating: EncodedChunk(), count: tasks)
    var sides = [RightSide?](repeating: nil, count: blocks)
    withBases(encoder) { x, weights in
      sides.withUnsafeMutableBufferPointer { sides in
        workers.forEach(blocks) { task in
          sides[task] = RightSide(
            weights + task * block * columns, stride: columns, n: min(block, encoder.rows - task * block),
            k: columns, transposed: true, workers.precision)
        }
        pieces.withUnsafeMutableBufferPointer { pieces in
          workers.forEach(tasks, scratch: chunk * encoder.rows) { task, pre in
            let range = task * chunk..<min(rows, (task + 1) * chunk)
            let first = x + range.lowerBound * columns
            let rounded =
              workers.precision.rounds
              ? RoundedRows(first, stride: columns, rows: range.count, columns: columns) : nil
            for (index, side) in sides.enumerated() {
              if let rounded {
                side?.multiply(rounded, pre + index * block, stride: encoder.rows)
              } else {
                side?.multiply(
                  m: range.count, first, stride: columns, pre + index * block, stride: encoder.rows)
              }
            }
            pieces[task].select(range.count, pre, bias, selection, auxiliary)
          }
        }
      }
    }
    return EncodedPositions(joining: pieces, featureCount: encoder.rows)
  }

  /// Positions whose pre-activations are held at once.
  static let positionsPerTask = 64

  private func withBases(_ other: Matrix, _ body: (UnsafePointer<Float>, UnsafePointer<Float>) -> Void) {
    storage.withUnsafeBufferPointer { a in
      other.storage.withUnsafeBufferPointer { b in
        if let a = a.baseAddress, let b = b.baseAddress { body(a, b) }
      }
    }
  }
}

/// What one task of an encoder selects.
private struct EncodedChunk {
  var counts: [Int] = []
  var features: [Int32] = []
  var values: [Float] = []
  var auxiliaryCounts: [Int] = []
  var auxiliaryFeatures: [Int32] = []
  var auxiliaryValues: [Float] = []
  var shortfall = 0.0

  mutating func select(
    _ positions: Int, _ pre: UnsafeMutablePointer<Float>, _ bias: [Float], _ selection: FeatureSelection,
    _ auxiliary: AuxiliaryFeatures
  ) {
    let width = bias.count
    var indices = [Int32](repeating: 0, count: width + 16)
    var found = [Float](repeating: 0, count: width + 16)
    for position in 0..<positions {
      let h = pre + position * width
      let count =
        switch selection {
        case .above(let limits): la_select_above(width, h, bias, limits, &indices, &found)
        case .largest(let k): la_select_largest(width, h, bias, k, &indices, &found)
        }
      counts.append(count)
      features.append(contentsOf: indices[..<count])
      values.append(contentsOf: found[..<count])
      if !auxiliary.features.isEmpty { look(h, auxiliary) }
    }
  }

  /// Takes the largest of the auxiliary features at one position.
  private mutating func look(_ h: UnsafeMutablePointer<Float>, _ auxiliary: AuxiliaryFeatures) {
    var some = auxiliary.features.map { h[Int($0)] }
    if !auxiliary.thresholds.isEmpty {
      for (place, feature) in auxiliary.features.enumerated() {
        shortfall += Double(max(0, auxiliary.thresholds[Int(feature)] - some[place]))
      }
    }
    let zeros = [Float](repeating: 0, count: some.count)
    var indices = [Int32](repeating: 0, count: auxiliary.count)
    var found = [Float](repeating: 0, count: auxiliary.count)
    let count = la_select_largest(some.count, &some, zeros, auxiliary.count, &indices, &found)
    auxiliaryCounts.append(count)
    auxiliaryFeatures.append(contentsOf: indices[..<count].map { auxiliary.features[Int($0)] })
    auxiliaryValues.append(contentsOf: found[..<count])
  }
}

extension EncodedPositions {
  fileprivate init(joining pieces: [EncodedChunk], featureCount: Int) {
    let rows = { (counts: [Int]) in counts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) } }
    let counts = pieces.flatMap(\.counts)
    var auxiliaryCounts = pieces.flatMap(\.auxiliaryCounts)
    if auxiliaryCounts.isEmpty { auxiliaryCounts = counts.map { _ in 0 } }
    selected = SparseActivations(
      featureCount: featureCount, starts: rows(counts), features: pieces.flatMap(\.features),
      values: pieces.flatMap(\.values))
    auxiliary = SparseActivations(
      featureCount: featureCount, starts: rows(auxiliaryCounts),
      features: pieces.flatMap(\.auxiliaryFeatures), values: pieces.flatMap(\.auxiliaryValues))
    shortfall = pieces.reduce(0) { $0 + $1.shortfall }
  }
}

/// Returns the n-th largest of `values`, n from 1.
public func nthLargest(_ n: Int, of values: [Float]) -> Float {
  precondition(n >= 1 && n <= values.count, "number \(n) of \(values.count)")
  var copy = values
  return la_nth_largest(&copy, copy.count, n)
}
