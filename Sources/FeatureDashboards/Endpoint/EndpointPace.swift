/// When the next request may go out, for all that share an endpoint.
actor EndpointPace {
  private var free = ContinuousClock.now
  private let interval: Duration

  /// - Parameter perMinute: The most requests a minute; nil for as many as come.
  init(perMinute: Int?) { interval = perMinute.map { .seconds(60) / $0 } ?? .zero }

  /// Waits for its turn.
  func turn() async throws {
    while true {
      let now = ContinuousClock.now
      guard free > now else {
        free = now + interval
        return
      }
      // What is asked for meanwhile, by a server that is busy, comes first.
      try await Task.sleep(until: free)
    }
  }

  /// Lets nobody out for a while.
  func hold(for pause: Duration) { free = max(free, .now + pause) }
}
