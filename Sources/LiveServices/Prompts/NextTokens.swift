public import Tokenizers
import Transformers

/// A prompt's tokens and the most probable next ones.
public struct NextTokens: Encodable, Sendable {
  /// A token of the prompt.
  public struct Piece: Encodable, Sendable {
    /// The token.
    public var id: Int
    /// Its text.
    public var piece: String
  }

  /// A token that may come next.
  public struct Candidate: Encodable, Sendable {
    /// The token.
    public var id: Int
    /// Its text.
    public var piece: String
    /// Its logit and probability.
    public var logit: Float
    /// Its probability.
    public var probability: Float
  }

  /// The prompt.
  public var tokens: [Piece]
  /// The most probable first.
  public var logits: [Candidate]

  /// Ranks the logits of a prompt's last position.
  public init(tokens: [Int], logits: [Float], tokenizer: Tokenizer, count: Int = 10) {
    self.tokens = tokens.map { Piece(id: $0, piece: tokenizer.piece($0)) }
    let probabilities = softmax(logits)
    let order = logits.indices.sorted { (logits[$0], $1) > (logits[$1], $0) }
    self.logits = order.prefix(count).map { id in
      Candidate(
        id: id, piece: tokenizer.piece(id), logit: logits[id],
        probability: probabilities[id])
    }
  }
}
