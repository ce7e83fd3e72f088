import Foundation
import Transformers

/// The memory that a prompt's attention patterns take, to refuse what cannot fit before it is tried.
struct MemoryNeed {
  private let bytes: Double
  private let positions: Int

  init(_ configuration: TransformerConfiguration, positions: Int) {
    self.positions = positions
    let square = Double(positions) * Double(positions)
    bytes = square * Double(configuration.layerCount * configuration.headCount) * 4
  }

  func check() throws {
    let memory = Double(ProcessInfo.processInfo.physicalMemory)
    guard bytes > 0.6 * memory else { return }
    throw CommandError(
      "A prompt of \(positions) tokens needs \((bytes / 1e9).rounded(to: 1)) GB for its attention patterns alone; "
        + "this machine has \((memory / 1e9).rounded(to: 1)) GB: shorten the prompt.")
  }
}
