/// A row of runs in which one thing varies.
public enum Sweep: Hashable, Sendable {
  /// The factor of everything that is scaled.
  case factor([Float])
  /// The last layer of constrained patching, from its first one on (methods paper, "Localizing important layers").
  case endLayer(ClosedRange<Int>)

  /// What varies, in a word or two.
  public var name: String {
    switch self {
    case .factor: "factor"
    case .endLayer: "end layer"
    }
  }
}

extension Sweep: Notated {
  /// How it is written.
  public static let example = "factor=-6..6 or end-layer=5..29"

  /// Reads `factor=-6..6` (13 points), `factor=-2..2:0.5`, or `end-layer=5..29`.
  public init?(_ text: String) {
    guard let equals = text.firstIndex(of: "=") else { return nil }
    let steps = text[text.index(after: equals)...].split(separator: ":", omittingEmptySubsequences: false)
    let bounds = steps[0].split(separator: "..", omittingEmptySubsequences: false)
    guard bounds.count == 2, steps.count <= 2 else { return nil }
    switch text[..<equals] {
    case "factor":
      guard let low = Float(bounds[0]), let high = Float(bounds[1]), low < high, (high - low).isFinite else {
        return nil
      }
      guard let step = steps.count == 2 ? Float(steps[1]) : (high - low) / 12, step > 0,
        (high - low) / step <= 1000
      else { return nil }
      self = .factor((0...Int(((high - low) / step).rounded(.down))).map { low + Float($0) * step })
    case "end-layer":
      guard steps.count == 1, let low = Int(bounds[0]), let high = Int(bounds[1]), low <= high, low >= 0
      else { return nil }
      self = .endLayer(low...high)
    default: return nil
    }
  }

  /// The notation that `init(_:)` reads, its steps spelled out.
  public var description: String {
    switch self {
    case .factor(let factors):
      "factor=\(factors.first ?? 0)..\(factors.last ?? 0):\(factors.count > 1 ? factors[1] - factors[0] : 1)"
    case .endLayer(let layers): "end-layer=\(layers.lowerBound)..\(layers.upperBound)"
    }
  }
}

/// One run of a sweep.
public struct SweepPoint: Sendable {
  /// The factor, or the last layer.
  public var value: Float
  /// What the run gave.
  public var outcome: InterventionOutcome
}

extension InterventionEngine {
  /// Runs interventions once for each value of a sweep; all share the unmodified run below and before what they touch.
  ///
  /// - Parameters:
  ///   - patching: How changes spread; for a sweep of the end layer, where a constrained range begins.
  ///   - observing: Whether the outcomes keep what features read.
  ///   - next: Receives each point; returning false ends the sweep.
  public func sweep(
    _ sweep: Sweep, _ interventions: [Intervention], patching: Patching, observing: Bool,
    next: (SweepPoint) -> Bool
  ) throws(InterventionError) {
    switch sweep {
    case .factor(let factors):
      guard interventions.contains(where: { $0.change.isScaled }) else { throw .nothingToSweep }
      for factor in factors {
        let scaled = interventions.map { $0.scaled(to: factor) }
        let outcome = try run(scaled, patching: patching, observing: observing)
        guard next(SweepPoint(value: factor, outcome: outcome)) else { return }
      }
    case .endLayer(let layers):
      let plan = try InterventionPlan(interventions, positionCount: positionCount, basis: basis)
      let first = patching.firstLayer ?? plan.firstLayer ?? 0
      for layer in layers {
        guard layer >= first else { throw .endsBeforeStart(layer, first: first) }
        let outcome = try run(interventions, patching: .constrained(first...layer), observing: observing)
        guard next(SweepPoint(value: Float(layer), outcome: outcome)) else { return }
      }
    }
  }
}

/// Where two curves change places, going from `start` outwards: the value nearest to it, interpolated linearly; nil
/// where they do not.
///
/// - Parameters:
///   - values: What varies, ascending.
///   - differences: One curve minus the other, at each value.
public func crossover(values: [Float], differences: [Float], from start: Float) -> Float? {
  precondition(values.count == differences.count, "\(values.count) values, \(differences.count) differences")
  let crossings = zip(values.indices, values.indices.dropFirst()).compactMap { low, high -> Float? in
    guard (differences[low] > 0) != (differences[high] > 0) else { return nil }
    let share = differences[low] / (differences[low] - differences[high])
    return values[low] + share * (values[high] - values[low])
  }
  return crossings.min { abs($0 - start) < abs($1 - start) }
}

extension Patching {
  /// Where a constrained range begins.
  fileprivate var firstLayer: Int? {
    if case .constrained(let layers) = self { layers.lowerBound } else { nil }
  }
}

extension InterventionChange {
  fileprivate var isScaled: Bool {
    if case .scale = self { true } else { false }
  }
}

extension Intervention {
  fileprivate func scaled(to factor: Float) -> Intervention {
    change.isScaled ? Intervention(target, at: positions, .scale(factor)) : self
  }
}
