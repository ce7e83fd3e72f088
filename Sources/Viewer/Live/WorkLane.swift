import Dispatch
import Synchronization

/// Work that is done one piece at a time on a thread of its own, so that long computations never hold up the server.
///
/// Waiting pieces take turns: the next one is of the client that has waited longest for a turn, and of one client's the
/// oldest.
final class WorkLane: Sendable {
  private struct Piece {
    let id: Int
    let client: String
    let stream: String?
    let work: @Sendable () -> Void
    let drop: @Sendable (APIError) -> Void
  }

  private struct State {
    var waiting: [Piece] = []
    var isBusy = false
    var lastID = 0
    /// When each client last had a turn.
    var turns: [String: Int] = [:]
    var turnCount = 0
  }

  private let state = Mutex(State())
  private let queue: DispatchQueue
  private let limit: Int

  /// Makes a lane in which at most `limit` pieces wait.
  init(_ name: String, limit: Int) {
    queue = DispatchQueue(label: "viewer." + name)
    self.limit = limit
  }

  /// Adds a piece of work; returns its number.
  ///
  /// - Parameters:
  ///   - stream: A piece of the same stream that still waits is dropped as superseded.
  ///   - drop: Called instead of `work` when the piece will never run.
  @discardableResult
  func add(
    client: String = "", stream: String? = nil, work: @escaping @Sendable () -> Void,
    drop: @escaping @Sendable (APIError) -> Void
  ) throws(APIError) -> Int {
    let (id, superseded, mustStart) = try state.withLock { (state) throws(APIError) -> (Int, [Piece], Bool) in
      let old = stream == nil ? [] : state.waiting.filter { $0.stream == stream && $0.client == client }
      state.waiting.removeAll { piece in old.contains { $0.id == piece.id } }
      guard state.waiting.count < limit else {
        throw APIError(.busy, "Too much work waits already: try again in a little while.")
      }
      state.lastID += 1
      state.waiting.append(Piece(id: state.lastID, client: client, stream: stream, work: work, drop: drop))
      defer { state.isBusy = true }
      return (state.lastID, old, !state.isBusy)
    }
    for piece in superseded {
      piece.drop(APIError(.superseded, "A newer request of the same stream took this one's place."))
    }
    if mustStart { queue.async { self.runAll() } }
    return id
  }

  /// Takes out a piece that waits; returns whether it still did.
  @discardableResult
  func remove(_ id: Int) -> Bool {
    let piece = state.withLock { state -> Piece? in
      guard let index = state.waiting.firstIndex(where: { $0.id == id }) else { return nil }
      return state.waiting.remove(at: index)
    }
    piece?.drop(APIError(.cancelled, "It was cancelled."))
    return piece != nil
  }

  /// How many pieces will run before one that waits; nil when it does not wait.
  func placesBefore(_ id: Int) -> Int? {
    state.withLock { state in
      var rest = state
      var places = state.isBusy ? 1 : 0
      while let next = WorkLane.takeNext(&rest) {
        if next.id == id { return places }
        places += 1
      }
      return nil
    }
  }

  /// Does work and waits for it.
  func run<Value: Sendable>(
    client: String = "", stream: String? = nil, _ work: @escaping @Sendable () throws(APIError) -> Value
  ) async throws(APIError) -> Value {
    let result = await withCheckedContinuation {
      (continuation: CheckedContinuation<Result<Value, APIError>, Never>) in
      do throws(APIError) {
        try add(client: client, stream: stream) {
          continuation.resume(returning: Result { () throws(APIError) in try work() })
        } drop: {
          continuation.resume(returning: .failure($0))
        }
      } catch { continuation.resume(returning: .failure(error)) }
    }
    return try result.get()
  }

  private func runAll() {
    while let piece = state.withLock({ state -> Piece? in
      let next = WorkLane.takeNext(&state)
      if next == nil { state.isBusy = false }
      return next
    }) {
      piece.work()
    }
  }

  private static func takeNext(_ state: inout State) -> Piece? {
    let order = state.waiting.indices.min {
      let (left, right) = (state.waiting[$0], state.waiting[$1])
      return (state.turns[left.client] ?? 0, left.id) < (state.turns[right.client] ?? 0, right.id)
    }
    guard let order else { return nil }
    let piece = state.waiting.remove(at: order)
    state.turnCount += 1
    state.turns[piece.client] = state.turnCount
    if state.turns.count > 1000 { state.turns = [piece.client: state.turnCount] }
    return piece
  }
}
