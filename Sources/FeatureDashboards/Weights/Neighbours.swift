/// A feature that a feature's weights connect it with.
public struct Neighbour: Sendable, Equatable, Codable {
  /// The other feature.
  public var name: FeatureName
  /// V, the virtual weight.
  public var weight: Float
  /// `E[1(a_t > 0) · a_s] · V`: what the source gives where the target is active.
  public var expected: Double
  /// `E[a_t · a_s] / E[a_t] · V`: the same, weighted by the target's activation (TWERA).
  public var weighted: Double
  /// Places where both are active.
  public var together: Int
}

/// A feature's strongest inputs or outputs over all prompts, without interference.
///
/// Most large weights are between features that are never active together, and mean nothing: the dictionary has more
/// directions than the stream has dimensions. Those are left out, and counted.
public struct Neighbours: Sendable, Equatable, Codable {
  /// Those with the greatest TWERA by magnitude.
  public var strongest: [Neighbour]
  /// Of the largest weights by magnitude, as many as were asked for: how many are between features that were never active
  /// together.
  public var interfering: Int

  /// Ranks weights.
  ///
  /// - Parameters:
  ///   - weights: V by layer and index.
  ///   - areInputs: Whether they lead to the feature, and not from it.
  ///   - leastTogether: Places where both must be active.
  ///   - limit: How many to keep.
  public init(
    _ weights: [[Float]], areInputs: Bool, _ coactivation: Coactivation, leastTogether: Int = 2, limit: Int
  ) {
    var candidates: [Neighbour] = []
    var largest: [(size: Float, isTogether: Bool)] = []
    for (layer, row) in weights.enumerated() {
      for (index, weight) in row.enumerated() where weight != 0 {
        let name = FeatureName(layer: layer, index: index)
        let sums = coactivation.others[name]
        largest.append((abs(weight), sums.map { $0.both > 0 } ?? false))
        if let sums, sums.both >= leastTogether {
          candidates.append(Neighbour(name, weight, sums, coactivation, isInput: areInputs))
        }
      }
    }
    strongest = Array(
      candidates.sorted { (abs($0.weighted), $1.name) > (abs($1.weighted), $0.name) }.prefix(limit))
    interfering = largest.sorted { $0.size > $1.size }.prefix(limit).count { !$0.isTogether }
  }
}

extension Neighbour {
  fileprivate init(
    _ name: FeatureName, _ weight: Float, _ sums: Coactivation.Sums, _ all: Coactivation, isInput: Bool
  ) {
    let places = Double(max(1, all.places))
    let source = isInput ? sums.sumWithin : sums.ownWithin
    let target = isInput ? all.sum : sums.sum
    self.init(
      name: name, weight: weight, expected: source / places * Double(weight),
      weighted: target > 0 ? sums.product / target * Double(weight) : 0, together: sums.both)
  }
}
