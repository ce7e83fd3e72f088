/// How long each phase of a command took.
public struct PhaseClock: Sendable {
  /// The phases so far, in their order.
  public private(set) var seconds: [(phase: String, seconds: Double)] = []
  private var start = ContinuousClock.now

  /// Starts the first phase.
  public init() {}

  /// Ends a phase; time spent in a phase of the same name adds up.
  public mutating func lap(_ phase: String) {
    let now = ContinuousClock.now
    let elapsed = (now - start) / .seconds(1)
    start = now
    if let index = seconds.firstIndex(where: { $0.phase == phase }) {
      seconds[index].seconds += elapsed
    } else {
      seconds.append((phase, elapsed))
    }
  }

  /// All phases together.
  public var total: Double { seconds.reduce(0) { $0 + $1.seconds } }
}
