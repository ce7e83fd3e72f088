public import LinearAlgebra

/// How features are active together with one, over some text.
public struct Coactivation: Sendable, Equatable {
  /// The sums of one other feature.
  public struct Sums: Sendable, Equatable {
    /// Places where both are active.
    public var both = 0
    /// Σ a_f · a_i.
    public var product = 0.0
    /// Σ a_i where f is active.
    public var sumWithin = 0.0
    /// Σ a_f where i is active.
    public var ownWithin = 0.0
    /// Σ a_i.
    public var sum = 0.0
  }

  /// The places that were read.
  public private(set) var places = 0
  /// Those where the feature itself is active.
  public private(set) var activePlaces = 0
  /// Σ a_f.
  public private(set) var sum = 0.0
  /// The others, by name.
  public private(set) var others: [FeatureName: Sums] = [:]

  /// Reads contexts, workers taking one each.
  public init(of name: FeatureName, _ contexts: [[Int]], _ reader: some ActivityReader, _ workers: Workers) {
    var done = 0
    while done < contexts.count {
      let some = Array(contexts[done..<min(done + 4 * workers.count, contexts.count)])
      for part in workers.map(some, { Coactivation(of: name, $0, reader) }) { add(part) }
      done += some.count
    }
  }

  private init(of name: FeatureName, _ context: [Int], _ reader: some ActivityReader) {
    for (place, active) in reader.activity(context).enumerated() where reader.counts(place, of: context) {
      places += 1
      let own = Double(active.first { $0.name == name }?.value ?? 0)
      if own > 0 { activePlaces += 1 }
      sum += own
      for (other, value) in active where other != name {
        others[other, default: Sums()].add(Double(value), own)
      }
    }
  }

  private mutating func add(_ other: Coactivation) {
    places += other.places
    activePlaces += other.activePlaces
    sum += other.sum
    others.merge(other.others) { left, right in
      var sums = left
      sums.both += right.both
      sums.product += right.product
      sums.sumWithin += right.sumWithin
      sums.ownWithin += right.ownWithin
      sums.sum += right.sum
      return sums
    }
  }
}

extension Coactivation.Sums {
  fileprivate mutating func add(_ value: Double, _ own: Double) {
    sum += value
    guard own > 0 else { return }
    both += 1
    product += value * own
    sumWithin += value
    ownWithin += own
  }
}
