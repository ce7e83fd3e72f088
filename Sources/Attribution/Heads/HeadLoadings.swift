public import LinearAlgebra

/// How much of an edge one attention head carries.
public struct HeadLoading: Sendable, Equatable {
  /// The head's layer.
  public let layer: Int
  /// The head's index in its layer.
  public let head: Int
  /// The part of the edge on all paths through the head: what the edge would lose without the head's output.
  public let through: Float
  /// The part of the edge on the paths through this head and no other.
  public let single: Float
}

/// How an edge runs through attention heads, exactly.
///
/// With patterns and norm denominators frozen, an edge is a sum over paths: each stays in the residual stream (and in
/// skip connections) at one position, or passes the output-value circuit of one head in some of the layers between
/// source and target ("Tracing Attention Computation Through Feature Interactions", 2025, "Head loadings").
///
/// `direct`, the entries of `single` and `several` add up to `weight`. Entries of `through` overlap where a path passes
/// heads of several layers, so they need not.
public struct HeadLoadings: Sendable, Equatable {
  /// The edge's weight: the sum over all paths.
  public let weight: Float
  /// The part that passes no head.
  public let direct: Float
  /// For each head the part that passes this head and no other, `[layers, heads]`.
  public let single: Matrix
  /// For each head the part that passes it anywhere, `[layers, heads]`.
  public let through: Matrix

  /// The part that passes heads of two or more layers.
  public var several: Float { single.storage.reduce(weight - direct, -) }

  /// Returns the heads that carry most of the edge, by the magnitude of what passes through them.
  ///
  /// - Returns: At most `limit` heads that carry anything; equal ones in the order of layers and heads.
  public func strongest(_ limit: Int) -> [HeadLoading] {
    let places = through.storage.indices.filter { through.storage[$0] != 0 }
    let order = places.sorted {
      (through.storage[$1].magnitude, $0) < (through.storage[$0].magnitude, $1)
    }
    return order.prefix(limit).map { place in
      let (layer, head) = place.quotientAndRemainder(dividingBy: through.columns)
      return HeadLoading(
        layer: layer, head: head, through: through.storage[place], single: single.storage[place])
    }
  }
}
