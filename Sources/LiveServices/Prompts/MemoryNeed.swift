import Foundation
public import Transformers

/// The memory that a prompt's large arrays take, to refuse what cannot fit before it is tried.
public struct MemoryNeed: Sendable {
  private let bytes: Double
  private let positions: Int

  /// The attention pattern of the layer at hand, and what a trace keeps so that it can be computed again: the queries
  /// and keys of all layers.
  public init(tracing configuration: TransformerConfiguration, positions: Int) {
    self.positions = positions
    let heads = configuration.headCount + configuration.groupCount
    let kept = Double(positions) * Double(configuration.layerCount) * Double(heads * configuration.dHead) * 4
    bytes = MemoryNeed.patterns(configuration, positions, layers: 1) + kept
  }

  /// The attention patterns of one layer, and with `keepsAll` those of every layer and the logits of every position.
  public init(running configuration: TransformerConfiguration, positions: Int, keepsAll: Bool) {
    self.positions = positions
    let layers = keepsAll ? configuration.layerCount : 1
    let logits = keepsAll ? Double(positions) * Double(configuration.dVocab) * 4 : 0
    bytes = MemoryNeed.patterns(configuration, positions, layers: layers) + logits
  }

  private static func patterns(
    _ configuration: TransformerConfiguration, _ positions: Int, layers: Int
  ) -> Double {
    Double(positions) * Double(positions) * Double(layers) * Double(configuration.headCount) * 4
  }

  /// Refuses what would take more than most of the machine's memory.
  public func check() throws(PromptError) {
    let memory = Double(ProcessInfo.processInfo.physicalMemory)
    guard bytes > 0.6 * memory else { return }
    let gigabytes = { (bytes: Double) in String(format: "%.1f", bytes / 1e9) }
    throw PromptError(
      "A prompt of \(positions) tokens needs \(gigabytes(bytes)) GB for attention patterns and logits "
        + "alone; this machine has \(gigabytes(memory)) GB: shorten the prompt.")
  }
}
