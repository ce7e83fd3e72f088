import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The threads that share a loop: the only parallelism of the project.
///
/// A loop's work is cut the same way whatever the number of workers, and no two pieces write the same number,
/// so results do not depend on it.
public struct Workers: Sendable {
  /// How many threads work.
  public let count: Int
  /// How exactly they compute the products of matrices.
  public var precision: ProductPrecision

  /// Makes a team of `count` threads; by default one for each processor.
  public init(count: Int? = nil, precision: ProductPrecision = .exact) {
    BLAS.useOneThread()
    self.count = max(1, count ?? Workers.processorCount)
    self.precision = precision
  }

  /// Processors that are active on this machine.
  public static var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// Calls `body` with each of `0..<tasks`, the next one going to whichever worker is free.
  package func forEach(_ tasks: Int, _ body: (_ task: Int) -> Void) {
    forEach(tasks, scratch: 0) { task, _ in body(task) }
  }

  /// Returns what `transform` makes of each value, in their order; values are taken by whichever worker is free.
  public func map<Value, Result: Sendable>(_ values: [Value], _ transform: (Value) -> Result) -> [Result] {
    var results = [Result?](repeating: nil, count: values.count)
    results.withUnsafeMutableBufferPointer { results in
      forEach(values.count) { results[$0] = transform(values[$0]) }
    }
    return results.compactMap { $0 }
  }

  /// Calls `body` with each of `0..<tasks` and `scratch` floats that belong to the worker for the call.
  package func forEach(
    _ tasks: Int, scratch: Int, _ body: (_ task: Int, UnsafeMutablePointer<Float>) -> Void
  ) {
    guard tasks > 0 else { return }
    let next = Atomic<Int>(0)
    // The tasks write different numbers of memory that outlives the call, so sharing the closure is safe.
    nonisolated(unsafe) let body = body
    DispatchQueue.concurrentPerform(iterations: min(count, tasks)) { _ in
      let buffer = UnsafeMutablePointer<Float>.allocate(capacity: max(scratch, 1))
      defer { buffer.deallocate() }
      while true {
        let task = next.add(1, ordering: .relaxed).oldValue
        guard task < tasks else { return }
        body(task, buffer)
      }
    }
  }
}
