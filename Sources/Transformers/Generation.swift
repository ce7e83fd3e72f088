import Foundation
import LinearAlgebra

/// How the next token is chosen from the logits.
public enum TokenChoice: Sendable, Equatable {
  /// The most probable token; of equal ones the first.
  case greedy
  /// Drawn at a temperature from the most probable tokens that together reach the probability `topP`.
  case sampled(temperature: Float, topP: Float = 1)
}

extension Transformer {
  /// Continues a prompt, reading each token once: keys and values of what was read are kept.
  ///
  /// - Parameters:
  ///   - tokens: The prompt.
  ///   - count: The most tokens to add.
  ///   - choice: How tokens are chosen.
  ///   - random: Where draws come from; a greedy choice takes none.
  ///   - next: Receives each token with the logits that it was chosen by; returning false ends the continuation.
  /// - Returns: The tokens added.
  @discardableResult
  public func generate(
    _ tokens: [Int], count: Int, choice: TokenChoice = .greedy,
    using random: inout some RandomNumberGenerator,
    next: (_ token: Int, _ logits: [Float]) -> Bool = { _, _ in true }
  ) -> [Int] {
    var cache = KeyValueCache(layerCount: configuration.layerCount)
    var added: [Int] = []
    var unread = tokens
    while added.count < count, cache.positionCount + unread.count <= configuration.contextLength {
      let logits = run(unread, continuing: &cache, logits: .last).logits.storage
      let token = choice.token(logits, using: &random)
      added.append(token)
      guard next(token, logits) else { break }
      unread = [token]
    }
    return added
  }
}

extension TokenChoice {
  /// Chooses a token by its logits.
  public func token(_ logits: [Float], using random: inout some RandomNumberGenerator) -> Int {
    let order = logits.indices
    let best = order.max { (logits[$0], $1) < (logits[$1], $0) } ?? 0
    guard case .sampled(let temperature, let topP) = self, temperature > 0 else { return best }
    let weights = order.map { exp(Double((logits[$0] - logits[best]) / temperature)) }
    let total = weights.reduce(0, +)
    // A model with broken weights gives logits that are no numbers: there is nothing to draw from.
    guard total.isFinite else { return best }
    var kept: [Int] = []
    var mass = 0.0
    for token in order.sorted(by: { (weights[$0], $1) > (weights[$1], $0) }) {
      kept.append(token)
      mass += weights[token]
      if mass >= Double(topP) * total { break }
    }
    var place = Double.random(in: 0..<mass, using: &random)
    for token in kept {
      place -= weights[token]
      if place < 0 { return token }
    }
    return kept.last ?? best
  }
}
