import LinearAlgebra

/// The positions of a layer whose outputs are many times longer than usual, grouped by the direction of the output.
///
/// Massive activations sit at few positions (the second token, a line break), and are nearly the same wherever they appear.
/// A feature for each group keeps them from being the layer's whole error.
struct OutlierGroups {
  /// The positions of each group, largest group first.
  let groups: [[Int]]

  /// The most groups, and the fewest positions that make one.
  private static let (most, fewest) = (8, 8)

  /// Finds the groups of `outputs`, `[positions, width]`, among the positions whose weight is below 1: each joins the first
  /// group whose first member is within a cosine of 0.9.
  init(_ outputs: Matrix, _ weights: [Float]) {
    var groups: [(direction: [Float], members: [Int])] = []
    for position in weights.indices where weights[position] < 1 {
      let row = outputs[row: position]
      let length = dot(row, row).squareRoot()
      let direction = row.map { $0 / max(length, 1e-30) }
      if let place = groups.firstIndex(where: { dot($0.direction[...], direction[...]) > 0.9 }) {
        groups[place].members.append(position)
      } else if groups.count < 64 {
        groups.append((direction, [position]))
      }
    }
    let large = groups.map(\.members).filter { $0.count >= OutlierGroups.fewest }
    self.groups = Array(large.sorted { ($1.count, $0[0]) < ($0.count, $1[0]) }.prefix(OutlierGroups.most))
  }
}
