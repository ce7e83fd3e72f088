import _LinearAlgebraShims

/// Vectors that sources write at one site, and where their direct effects go.
public struct SourceSegment: Sendable {
  /// Where the vectors are, one a row; read in place and only as far as needed.
  public var vectors: StoredMatrix
  /// The rows that are used.
  public var rows: ArraySlice<Int32>
  /// What multiplies each of them.
  public var scales: ArraySlice<Float>
  /// For each target, where the part of its edges that holds this segment's layer begins.
  public var starts: [Int]
  /// How far into that part the segment's first source lies.
  public var offset: Int

  /// Makes a segment of as many sources as there are `rows` and `scales`.
  public init(
    vectors: StoredMatrix, rows: ArraySlice<Int32>, scales: ArraySlice<Float>, starts: [Int], offset: Int
  ) {
    precondition(rows.count == scales.count, "\(rows.count) rows, \(scales.count) scales")
    self.vectors = vectors
    self.rows = rows
    self.scales = scales
    self.starts = starts
    self.offset = offset
  }
}

extension CausalRows {
  /// Adds to the targets' edges the direct effect of each source: ⟨what it writes, the gradient there⟩.
  ///
  /// - Parameters:
  ///   - sites: The sources that write at each position; at most one entry a position.
  ///   - factors: Multiplies each column of what is written (a post norm's weight); nil for none.
  ///   - edges: The targets' edges, one after another as the segments' `starts` say.
  public func contract(
    _ sites: [(position: Int, segments: [SourceSegment])], factors: [Float]?, into edges: inout [Float],
    _ workers: Workers
  ) {
    let tasks = sites.flatMap { site in
      liveRuns(position: site.position, limit: Matrix.rowsPerTask).map {
        (segments: site.segments, rows: $0)
      }
    }
    let (width, targets) = (width, targetOfRow)
    let scratch = Contraction.vectors * width + Contraction.vectors * Matrix.rowsPerTask
    values.withUnsafeBufferPointer { values in
      edges.withUnsafeMutableBufferPointer { edges in
        guard let values = values.baseAddress, let edges = edges.baseAddress else { return }
        workers.forEach(tasks.count, scratch: scratch) { task, memory in
          let contraction = Contraction(
            width: width, targetOfRow: targets, values: values, run: tasks[task].rows, factors: factors,
            edges: edges,
            vectors: memory, products: memory + Contraction.vectors * width)
          contraction.run(tasks[task].segments)
        }
      }
    }
  }
}

/// One worker's share: some targets' gradients at a position against all that is written there.
private struct Contraction {
  /// How many vectors are gathered at a time: few enough to stay in the cache.
  static let vectors = 128

  let width: Int
  let targetOfRow: [Int32]
  let values: UnsafePointer<Float>
  let run: Range<Int>
  let factors: [Float]?
  let edges: UnsafeMutablePointer<Float>
  let vectors: UnsafeMutablePointer<Float>
  let products: UnsafeMutablePointer<Float>

  /// Gathers segments until the cache's share is full, multiplies, hands out, and goes on.
  func run(_ segments: [SourceSegment]) {
    var gathered: [(segment: Int, first: Int, count: Int)] = []
    var filled = 0
    for (index, segment) in segments.enumerated() {
      var first = 0
      while first < segment.rows.count {
        let count = min(segment.rows.count - first, Contraction.vectors - filled)
        gather(segment, first: first, count: count, at: filled)
        gathered.append((index, first, count))
        filled += count
        first += count
        if filled == Contraction.vectors {
          flush(segments, gathered, filled)
          gathered.removeAll(keepingCapacity: true)
          filled = 0
        }
      }
    }
    if filled > 0 { flush(segments, gathered, filled) }
  }

  private func gather(_ segment: SourceSegment, first: Int, count: Int, at place: Int) {
    for index in 0..<count {
      let row = Int(segment.rows[segment.rows.startIndex + first + index])
      let scale = segment.scales[segment.scales.startIndex + first + index]
      let out = vectors + (place + index) * width
      segment.vectors.widen(rows: row..<row + 1, to: out)
      if let factors {
        for column in 0..<width { out[column] *= scale * factors[column] }
      } else {
        for column in 0..<width { out[column] *= scale }
      }
    }
  }

  private func flush(
    _ segments: [SourceSegment], _ gathered: [(segment: Int, first: Int, count: Int)], _ filled: Int
  ) {
    let right = RightSide(vectors, stride: width, n: filled, k: width, transposed: true)
    right.multiply(m: run.count, values + run.lowerBound * width, stride: width, products, stride: filled)
    for row in run {
      let target = Int(targetOfRow[row])
      var source = products + (row - run.lowerBound) * filled
      for piece in gathered {
        let segment = segments[piece.segment]
        la_axpy(1, source, edges + segment.starts[target] + segment.offset + piece.first, piece.count)
        source += piece.count
      }
    }
  }
}
