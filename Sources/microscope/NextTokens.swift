import Tokenizers
import Transformers

/// A prompt's tokens and the most probable next ones.
struct NextTokens: Encodable {
  struct Piece: Encodable {
    var id: Int
    var piece: String
  }

  struct Candidate: Encodable {
    var id: Int
    var piece: String
    var logit: Float
    var probability: Float
  }

  var tokens: [Piece]
  var logits: [Candidate]

  init(tokens: [Int], logits: [Float], tokenizer: Tokenizer, count: Int = 10) {
    self.tokens = tokens.map { Piece(id: $0, piece: tokenizer.piece($0)) }
    let probabilities = softmax(logits)
    let order = logits.indices.sorted { (logits[$0], $1) > (logits[$1], $0) }
    self.logits = order.prefix(count).map { id in
      Candidate(
        id: id, piece: tokenizer.piece(id), logit: logits[id],
        probability: probabilities[id])
    }
  }

  /// The same for a person.
  var text: String {
    let prompt = tokens.map { "‘\(Terminal.visible($0.piece))’" }.joined(separator: " ")
    let bars = logits.map { String(repeating: "█", count: Int(($0.probability * 24).rounded())) }
    let width = bars.map(\.count).max() ?? 0
    let rows = zip(logits, bars).map { candidate, bar in
      let share = Double(candidate.probability).rounded(to: 3)
      return "  \(share)  \(bar.padding(width))  ‘\(Terminal.visible(candidate.piece))’"
    }
    return (["tokens  \(prompt)", "next"] + rows).joined(separator: "\n")
  }
}
