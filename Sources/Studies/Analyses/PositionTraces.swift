import CircuitGraphs
import Evaluations
import LinearAlgebra
public import ReplacementModels
public import Transcoders
public import Transformers

/// The local replacement models of a text at each of its positions: attribution of every next token from one pass
/// (biology paper, "Life of a jailbreak": graphs at several output positions).
public struct PositionTraces: Sendable {
  /// The text.
  public let tokens: [Int]
  private let whole: LocalReplacementModel
  private let normalized: Matrix

  /// Runs the model on a text, once.
  public init(_ transformer: Transformer, _ set: TranscoderSet, tokens: [Int]) throws {
    whole = try LocalReplacementModel(transformer, set, tokens: tokens)
    self.tokens = tokens
    let run = transformer.run(tokens, recording: [HookPoint(.finalNormalized)], logits: .last)
    normalized = run.activations[.finalNormalized] ?? Matrix(rows: 0, columns: 0)
  }

  /// Returns the local replacement model that explains the token behind a position.
  public func model(at position: Int) -> LocalReplacementModel {
    precondition(tokens.indices.contains(position), "position \(position) of \(tokens.count)")
    guard position < tokens.count - 1 else { return whole }
    var logits = whole.transformer.uncappedLogits(normalized[rows: position..<position + 1])
    if let cap = whole.transformer.configuration.logitSoftCap { logits.softCap(cap) }
    return whole.prefix(position + 1, logits: logits.storage)
  }
}
