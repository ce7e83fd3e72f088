import Foundation

/// Returns the probabilities of `logits`, summed in double precision.
public func softmax(_ logits: [Float]) -> [Float] {
  let top = logits.max() ?? 0
  let weights = logits.map { exp(Double($0 - top)) }
  let sum = weights.reduce(0, +)
  return weights.map { Float($0 / sum) }
}
