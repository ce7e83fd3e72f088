/// How far a pull has come: what a progress bar shows.
public struct PullProgress: Sendable, Hashable {
  /// What a pull is doing.
  public enum Phase: Sendable, Hashable {
    /// Waiting for another pull of the same model on this machine.
    case waiting
    /// Asking the hub which files there are.
    case listing
    /// Transferring bytes.
    case downloading
    /// Taking the model out of a wheel.
    case unpacking
    /// Computing a file's digest.
    case verifying
  }

  /// What the pull is doing.
  public let phase: Phase
  /// The file or package that it is busy with.
  public let item: String
  /// The bytes done in this phase; in `.downloading`, over all of the pull's files.
  public let bytesDone: Int64
  /// The bytes that this phase has in all; nil when that is not known.
  public let bytesTotal: Int64?

  /// A progress report.
  public init(phase: Phase, item: String, bytesDone: Int64 = 0, bytesTotal: Int64? = nil) {
    self.phase = phase
    self.item = item
    self.bytesDone = bytesDone
    self.bytesTotal = bytesTotal
  }

  /// The part that is done, from 0 to 1; nil when the total is not known.
  public var fraction: Double? {
    guard let bytesTotal else { return nil }
    return bytesTotal > 0 ? min(1, Double(bytesDone) / Double(bytesTotal)) : 1
  }
}

/// Receives reports while a pull goes on, from any thread.
public typealias PullProgressHandler = @Sendable (PullProgress) -> Void
