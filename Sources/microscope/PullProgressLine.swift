import Foundation
import ModelCatalogues

/// Fetches a model with a progress bar on the terminal.
enum PullProgressLine {
  static func pull(
    _ name: String, home: MicroscopeHome, shelf: MicroscopeHome.Shelf = .models
  ) async throws -> PulledModel {
    let puller = ModelPuller(home: home)
    let task = Task { try await puller.pull(name, shelf: shelf) { Terminal.progress(line($0)) } }
    let interrupt = Interrupt { task.cancel() }
    defer { interrupt.stop() }
    let pulled = try await task.value
    Terminal.progress("")
    if let notice = pulled.notice { Terminal.note(notice + "\n") }
    return pulled
  }

  private static func line(_ progress: PullProgress) -> String {
    let what =
      switch progress.phase {
      case .waiting: "waiting for another pull of"
      case .listing: "listing"
      case .downloading: "downloading"
      case .unpacking: "unpacking"
      case .verifying: "verifying"
      }
    guard let fraction = progress.fraction, let total = progress.bytesTotal else {
      return "\(what) \(progress.item)"
    }
    let filled = Int(fraction * 24)
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled)
    let megabytes = { (bytes: Int64) in (Double(bytes) / 1e6).rounded(to: 1) }
    return "\(what) \(progress.item) \(bar) \(megabytes(progress.bytesDone)) of \(megabytes(total)) MB"
  }
}
