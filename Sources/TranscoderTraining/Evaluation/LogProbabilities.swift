import Foundation

/// The logarithms of a softmax.
struct LogProbabilities {
  private let logits: ArraySlice<Float>
  private let normaliser: Double
  let top: Int

  init(_ logits: ArraySlice<Float>) {
    self.logits = logits
    let greatest = logits.max() ?? 0
    top = (logits.firstIndex(of: greatest) ?? logits.startIndex) - logits.startIndex
    normaliser = Double(greatest) + log(logits.reduce(0.0) { $0 + exp(Double($1 - greatest)) })
  }

  subscript(token: Int) -> Double { Double(logits[logits.startIndex + token]) - normaliser }

  func divergence(from other: LogProbabilities) -> Double {
    (0..<logits.count).reduce(0.0) { sum, place in
      sum + exp(self[place]) * (self[place] - other[place])
    }
  }
}
