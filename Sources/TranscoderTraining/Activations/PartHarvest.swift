import Dispatch
import Foundation
package import LinearAlgebra
import Synchronization
package import Transcoders

#if canImport(Glibc)
  import Glibc
#endif

/// The filling of one part of the buffer, which can go on while steps are taken on the others.
///
/// Which contexts it runs is settled when it is made, and each writes places of its own: who runs them, and when, changes
/// nothing.
package final class PartHarvest: Sendable {
  /// Where the stream is behind the part's contexts.
  package let end: ContextStream
  /// The places that stem from the model as it is, counted from the first.
  package let cleanRows: [Int]

  private let harvester: ActivationHarvester
  private let round: ActivationRound
  private let pieces: [ActivationHarvester.Piece]
  private let set: TranscoderSet?
  private let shouldStop: @Sendable () -> Bool
  private let next = Atomic<Int>(0)
  private let stored = Atomic<Int>(0)
  private let background = DispatchGroup()

  /// Settles what fills the free places of `round` for `part`; nil when the stream has no tokens.
  ///
  /// - Parameter set: What replaces the MLPs; nil for the model as it is.
  package init?(
    _ part: Int, of round: ActivationRound, from stream: ContextStream, by harvester: ActivationHarvester,
    replacing set: TranscoderSet?, shouldStop: @escaping @Sendable () -> Bool
  ) {
    let places = round.freePlaces(for: part)
    var end = stream
    guard let pieces = harvester.pieces(for: places, from: &end, isReplaced: set != nil) else { return nil }
    self.harvester = harvester
    self.round = round
    self.pieces = pieces
    self.set = set
    self.shouldStop = shouldStop
    self.end = end
    cleanRows = pieces.filter(\.isClean).flatMap { piece in
      piece.kept.indices.map { piece.start - places.lowerBound + $0 }
    }
  }

  /// Lets `threads` threads run contexts from now on; they end early when nobody wants the harvest any more.
  ///
  /// They are threads of their own, since those of the common pool would be missing in the steps' loops, and they give way to
  /// these: they take what the steps leave idle, instead of sharing a processor and its caches with them.
  package func begin(threads: Int) {
    for _ in 0..<threads {
      background.enter()
      let thread = Thread { [weak self, background] in
        PartHarvest.giveWay()
        while self?.storeNext() == true {}
        background.leave()
      }
      thread.start()
    }
  }

  /// Lets other threads go first, where a thread can say so for itself.
  private static func giveWay() {
    #if canImport(Glibc)
      _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
    #endif
  }

  /// Runs what is left on all workers and waits; false when it was asked to stop.
  package func finish(_ workers: Workers) -> Bool {
    workers.forEach(workers.count) { _ in while storeNext() {} }
    background.wait()
    return stored.load(ordering: .acquiring) == pieces.count
  }

  /// Runs the next context that nobody has begun; false when there is none, or all shall stop.
  private func storeNext() -> Bool {
    guard !shouldStop() else { return false }
    let index = next.add(1, ordering: .relaxed).oldValue
    guard index < pieces.count else { return false }
    harvester.store(pieces[index], in: round, replacing: set)
    stored.add(1, ordering: .releasing)
    return true
  }
}
