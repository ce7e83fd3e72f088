/// A change to what one part of a replacement model does at some positions of a prompt.
public struct Intervention: Hashable, Sendable {
  /// What is changed.
  public var target: InterventionTarget
  /// Where.
  public var positions: PositionSlice
  /// How.
  public var change: InterventionChange

  /// Describes a change.
  public init(_ target: InterventionTarget, at positions: PositionSlice, _ change: InterventionChange) {
    self.target = target
    self.positions = positions
    self.change = change
  }
}

/// A part of a replacement model that can be changed.
public enum InterventionTarget: Hashable, Sendable, Comparable {
  /// What the tokens bring into the residual stream.
  case token
  /// The reconstruction error of a layer.
  case error(layer: Int)
  /// A feature.
  case feature(layer: Int, index: Int)

  /// The layer whose output changes first, nil for the embedding.
  public var layer: Int? {
    switch self {
    case .token: nil
    case .error(let layer): layer
    case .feature(let layer, _): layer
    }
  }
}

/// What becomes of an activation.
///
/// *Clean* is the unmodified run. Errors and tokens have the activation 1, so that they can be scaled.
public enum InterventionChange: Hashable, Sendable {
  /// It takes a value.
  case set(Float)
  /// It takes a multiple of its clean value (of what it is now, for generated tokens): 0 ablates, −1 flips.
  case scale(Float)
  /// It is raised by an amount above what it is: steering with the feature's decoder.
  case add(Float)

  /// The number in the change.
  public var amount: Float {
    switch self {
    case .set(let amount), .scale(let amount), .add(let amount): amount
    }
  }

  /// Returns what is added to an activation.
  ///
  /// - Parameters:
  ///   - clean: The activation in the unmodified run.
  ///   - current: The activation that what is written now stands for.
  func delta(clean: Float, current: Float) -> Float {
    switch self {
    case .set(let value): value - current
    case .scale(let factor): factor * clean - current
    case .add(let amount): amount
    }
  }
}

/// How a change spreads through the layers behind it.
public enum Patching: Hashable, Sendable {
  /// Every MLP behind it reads the changed stream (iterative patching); attention patterns stay the unmodified run's
  /// when frozen.
  case iterative(freezesAttention: Bool)
  /// The MLPs of a range of layers keep their unmodified outputs, but for what the changed features write there; attention
  /// patterns stay the unmodified run's (constrained patching). When the range covers all layers the denominators of
  /// the norms stay as well: what is left are direct effects, which equal a graph's edges.
  case constrained(ClosedRange<Int>)
}
