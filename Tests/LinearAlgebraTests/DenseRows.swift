import LinearAlgebra
import _TestSupport

/// `CausalRows` again with a row for every target and position, carried by plain loops.
struct DenseRows {
  let width: Int
  let lastPositions: [Int]
  /// The gradient of each target at each position; nothing at position 0.
  var gradients: [[[Double]]]
  var joined = 0

  init(width: Int, lastPositions: [Int]) {
    self.width = width
    self.lastPositions = lastPositions
    let positions = (lastPositions.max() ?? 0) + 1
    gradients = lastPositions.map { _ in
      Array(repeating: Array(repeating: 0, count: width), count: positions)
    }
  }

  mutating func join(_ directions: Matrix) {
    for row in 0..<directions.rows {
      let last = lastPositions[joined]
      if last > 0 { gradients[joined][last] = directions[row: row].map { Double($0) } }
      joined += 1
    }
  }

  /// Returns what reaches the value at position 0, for each target.
  mutating func pull(through attention: FrozenAttention) -> [Double] {
    var reach = [Double](repeating: 0, count: lastPositions.count)
    for target in 0..<joined {
      let heads = gradients[target].map { DenseRows.times($0, attention.output) }
      let atValues = gradients[target].indices.map { valueGradient(heads, attention, key: $0) }
      reach[target] = zip(atValues[0], attention.zeroValue).reduce(0) { $0 + $1.0 * Double($1.1) }
      for key in gradients[target].indices.dropFirst() {
        let added = DenseRows.times(atValues[key], attention.value)
        for column in 0..<width { gradients[target][key][column] += added[column] }
      }
    }
    return reach
  }

  private func valueGradient(_ heads: [[Double]], _ attention: FrozenAttention, key: Int) -> [Double] {
    let pattern = attention.pattern
    let dHead = attention.output.columns / pattern.headCount
    var result = [Double](repeating: 0, count: attention.value.rows)
    for head in 0..<pattern.headCount {
      let group = head / (pattern.headCount / (attention.value.rows / dHead))
      for query in heads.indices {
        let weight = pattern.weights[(head * pattern.queryCount + query) * pattern.keyCount + key]
        for place in 0..<dHead {
          result[group * dHead + place] += Double(weight) * heads[query][head * dHead + place]
        }
      }
    }
    return result
  }

  mutating func pull(throughSkip skip: Matrix, factors: [Float]) {
    for target in 0..<joined {
      for position in gradients[target].indices.dropFirst() {
        let added = DenseRows.times(gradients[target][position], skip)
        for column in 0..<width {
          gradients[target][position][column] += Double(factors[position]) * added[column]
        }
      }
    }
  }

  func contract(
    _ sites: [(position: Int, segments: [SourceSegment])], factors: [Float]?, into edges: inout [Float]
  ) {
    for (position, segments) in sites where position > 0 {
      for segment in segments {
        for target in 0..<joined where lastPositions[target] >= position {
          for source in 0..<segment.rows.count {
            let vector = segment.vectors.gathered([Int(segment.rows[segment.rows.startIndex + source])])
            let product = (0..<width).reduce(0.0) {
              $0 + Double(vector[0, $1] * (factors?[$1] ?? 1)) * gradients[target][position][$1]
            }
            let scale = segment.scales[segment.scales.startIndex + source]
            edges[segment.starts[target] + segment.offset + source] += scale * Float(product)
          }
        }
      }
    }
  }

  /// The gradients of the targets' own positions, in the order of `CausalRows.allRows`.
  var allRows: Matrix {
    let rows = (1..<max((lastPositions.max() ?? 0) + 1, 1)).flatMap { position in
      gradients.indices.filter { lastPositions[$0] >= position }.map {
        gradients[$0][position].map { Float($0) }
      }
    }
    return Matrix(rows: rows.count, columns: width, storage: rows.flatMap { $0 })
  }

  private static func times(_ row: [Double], _ matrix: Matrix) -> [Double] {
    (0..<matrix.columns).map { column in
      row.indices.reduce(0.0) { $0 + row[$1] * Double(matrix[$1, column]) }
    }
  }
}

/// Sizes of a random frozen attention.
struct AttentionShape: CustomStringConvertible {
  var positions: Int
  var width: Int
  var heads: Int
  var groups: Int
  var dHead: Int

  var description: String {
    "\(positions) positions of \(width), \(heads) heads of \(dHead) in \(groups) groups"
  }

  func attention(_ random: inout SplitMix64, window: Int? = nil) -> FrozenAttention {
    let pattern = AttentionPattern(
      queries: random.matrix(positions, heads * dHead), keys: random.matrix(positions, groups * dHead),
      headCount: heads, groups: groups, rule: .init(scale: 0.5, window: window), Workers(count: 1)
    ).scaled(
      queries: random.numbers(positions, mean: 1), keys: random.numbers(positions, mean: 1),
      Workers(count: 1))
    return FrozenAttention(
      output: random.matrix(width, heads * dHead, deviation: 1 / Float(width).squareRoot()),
      value: random.matrix(groups * dHead, width, deviation: 1 / Float(groups * dHead).squareRoot()),
      pattern: pattern, zeroValue: random.numbers(groups * dHead))
  }
}
