extension SparseRows {
  /// The smallest sum by which a row is divided, so that a row without inputs stays zero.
  private static var smallestRowSum: Double { 1e-10 }

  /// Returns the number by which a row's absolute weights, and what is hidden of them, are multiplied to sum to one.
  ///
  /// - Parameter hidden: For each row, magnitude of inputs that no entry shows; empty for none.
  func normalizer(ofRow row: Int, hidden: [Float]) -> Double {
    var sum = hidden.isEmpty ? 0.0 : Double(hidden[row])
    for place in offsets[row]..<offsets[row + 1] { sum += Double(weights[place].magnitude) }
    return 1 / max(sum, SparseRows.smallestRowSum)
  }

  /// Returns the ``normalizer(ofRow:hidden:)`` of every row.
  func normalizers(hidden: [Float]) -> [Double] {
    (0..<rowCount).map { normalizer(ofRow: $0, hidden: hidden) }
  }

  /// Returns `w N + w N² + …` for an acyclic graph, N being the absolute weights with rows summing to one.
  ///
  /// Each row passes on what reached it plus its own weight. It must have received everything before:
  /// rows are taken from the last to the first, so a row that has entries must come after its columns'
  /// rows, unless those are empty.
  ///
  /// - Parameters:
  ///   - rowWeights: w, one number for each row.
  ///   - hidden: See ``normalizer(ofRow:hidden:)``.
  func influence(of rowWeights: [Double], hidden: [Float]) -> [Double] {
    let normalizers = normalizers(hidden: hidden)
    var influence = [Double](repeating: 0, count: columnCount)
    for row in (0..<rowCount).reversed() {
      let flow = (influence[row] + rowWeights[row]) * normalizers[row]
      guard flow != 0 else { continue }
      for place in offsets[row]..<offsets[row + 1] {
        influence[Int(columns[place])] += Double(weights[place].magnitude) * flow
      }
    }
    return influence
  }
}

extension CircuitGraph {
  /// The weight from which influence starts: each logit's probability at its node, zero elsewhere.
  var outputWeights: [Double] {
    var result = [Double](repeating: 0, count: layout.count)
    for (node, logit) in zip(layout.logitRange, logits) { result[node] = Double(logit.probability) }
    return result
  }

  /// Returns how much each node contributes to the outputs, directly and through all paths.
  ///
  /// With N the absolute edges, each row divided by its sum, and w the logits' probabilities,
  /// influence is `w·N + w·N² + w·N³ + …`. The graph is acyclic, so one sweep gives it exactly:
  ///
  /// 1. Start with nothing at any node.
  /// 2. Go through the targets from the logits down to the features of the lowest layer.
  /// 3. Each target hands its influence, plus its own w, to its sources in proportion to |edge|.
  ///
  /// - Returns: One number for each node; zero for the logits themselves.
  /// - Complexity: O(edges).
  public func influence() -> [Double] { edges.influence(of: outputWeights, hidden: hiddenErrorMass) }

  /// Returns the mean number of edges on the paths from tokens to logits.
  ///
  /// A path counts by the product of its normalised absolute edges and its logit's probability, that is by
  /// what it adds to its token's influence. Paths that begin at an error are left out.
  ///
  /// - Returns: A number of edges, zero if no path reaches a token.
  /// - Complexity: O(edges).
  public func averagePathLength() -> Double {
    let normalizers = edges.normalizers(hidden: hiddenErrorMass)
    let start = outputWeights
    var influence = [Double](repeating: 0, count: layout.count)
    var lengths = influence
    for row in (0..<edges.rowCount).reversed() {
      let flow = (influence[row] + start[row]) * normalizers[row]
      let lengthened = lengths[row] * normalizers[row] + flow
      for place in edges.range(ofRow: row) {
        let weight = Double(edges.weights[place].magnitude)
        influence[Int(edges.columns[place])] += weight * flow
        lengths[Int(edges.columns[place])] += weight * lengthened
      }
    }
    let total = influence[layout.tokenRange].reduce(0, +)
    return total > 0 ? lengths[layout.tokenRange].reduce(0, +) / total : 0
  }
}
