/// An edge between two groups of nodes; a single node is a group, too.
public struct GroupEdge: Hashable, Sendable {
  /// The group that acts, by its place in the list of groups.
  public let source: Int
  /// The group that is acted upon.
  public let target: Int
  /// The share of the target's input that comes from the source, signed.
  public let weight: Double

  /// Joins two groups.
  public init(source: Int, target: Int, weight: Double) {
    self.source = source
    self.target = target
    self.weight = weight
  }
}

extension CircuitGraph {
  /// Returns the edges among groups ("Circuit Tracing", "Grouping features into supernodes").
  ///
  /// With A′ the weights divided by their target's absolute input, and ext(n) the share of the absolute input of n that
  /// comes from outside of its group:
  ///
  ///     weight(t, s) = Σ_{n in t} ext(n) · Σ_{m in s} A′[n, m]  ÷  Σ_{n in t} ext(n)
  ///
  /// Members that read nothing do not count; edges of weight zero are left out.
  ///
  /// - Parameter groups: The indices of each group's nodes; no node is in two groups.
  /// - Returns: Edges by target, then by source.
  public func edges(among groups: [[Int]]) -> [GroupEdge] {
    var group: [Int: Int] = [:]
    for (place, members) in groups.enumerated() {
      for node in members {
        precondition(group.updateValue(place, forKey: node) == nil, "node \(node) is in two groups")
      }
    }
    return groups.indices.flatMap { target in inputs(of: target, groups[target], group) }
  }

  /// Returns the edges into one group.
  private func inputs(of target: Int, _ members: [Int], _ group: [Int: Int]) -> [GroupEdge] {
    var sums: [Int: Double] = [:]
    var externalShares = 0.0
    for node in members {
      let row = edges.row(node)
      guard !row.columns.isEmpty else { continue }
      let normalizer = edges.normalizer(ofRow: node, hidden: hiddenErrorMass)
      var shares: [Int: Double] = [:]
      var inside = 0.0
      for (column, weight) in zip(row.columns, row.weights) {
        guard let source = group[Int(column)] else { continue }
        if source == target {
          inside += Double(weight.magnitude) * normalizer
        } else {
          shares[source, default: 0] += Double(weight) * normalizer
        }
      }
      externalShares += 1 - inside
      for (source, share) in shares { sums[source, default: 0] += (1 - inside) * share }
    }
    guard externalShares > 0 else { return [] }
    return sums.filter { $0.value != 0 }.sorted { $0.key < $1.key }.map {
      GroupEdge(source: $0.key, target: target, weight: $0.value / externalShares)
    }
  }
}
