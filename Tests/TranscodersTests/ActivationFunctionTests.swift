import LinearAlgebra
import Testing
import Transcoders

@Suite("Activation functions")
struct ActivationFunctionTests {
  @Test("ReLU keeps what is above zero")
  func relu() {
    let active = activations(of: [-1, 0, 0.5, -0.0, 2], .relu)
    #expect(active.sites.map(\.index) == [2, 4])
    #expect(active.values == [0.5, 2])
  }

  @Test("JumpReLU keeps a pre-activation strictly above its threshold, unchanged")
  func jumpReLU() {
    let thresholds: [Float] = [1, 1, 1, -0.5, -0.5, 0, 0]
    let active = activations(
      of: [1, 1.0000001, 0.9, -0.25, -0.75, 0, 0.1], .jumpReLU, thresholds: thresholds)
    #expect(active.sites.map(\.index) == [1, 3, 6])
    #expect(active.values == [1.0000001, -0.25, 0.1])
  }

  @Test("TopK keeps the largest pre-activations whatever their sign; of equal ones the first")
  func topK() {
    #expect(activations(of: [-3, -1, -2, -4], .topK(2)).values == [-1, -2])
    #expect(activations(of: [1, 5, 5, 5], .topK(2)).sites.map(\.index) == [1, 2])
    #expect(activations(of: [0, 0, -1, -1], .topK(3)).sites.map(\.index) == [2])
    #expect(activations(of: [2, 1], .topK(9)).values == [2, 1])
  }

  @Test("Random pre-activations give what plain loops give")
  func twins() {
    var random = SplitMix64(seed: 1)
    for trial in 0..<40 {
      let count = Int.random(in: 1...30, using: &random)
      let pre = (0..<count).map { _ in Float(Int.random(in: -6...6, using: &random)) / 2 }
      let thresholds = (0..<count).map { _ in Float(Int.random(in: -2...4, using: &random)) / 2 }
      let functions: [ActivationFunction] = [
        .relu, .jumpReLU, .topK(1 + trial % 7), .rectifiedTopK(1 + trial % 7),
      ]
      for function in functions {
        let active = activations(of: pre, function, thresholds: function == .jumpReLU ? thresholds : [])
        var dense = [Float](repeating: 0, count: count)
        for (site, value) in zip(active.sites, active.values) { dense[site.index] = value }
        #expect(dense == plain(pre, function, thresholds), "\(function), trial \(trial)")
        #expect(active.values.allSatisfy { $0 != 0 })
      }
    }
  }

  /// Returns the activations of all features by the definition.
  private func plain(_ pre: [Float], _ function: ActivationFunction, _ thresholds: [Float]) -> [Float] {
    pre.indices.map { index in
      switch function {
      case .relu: return pre[index] > 0 ? pre[index] : 0
      case .jumpReLU: return pre[index] > thresholds[index] ? pre[index] : 0
      case .topK(let k):
        let larger = pre.filter { $0 > pre[index] }.count
        let equalBefore = pre[..<index].filter { $0 == pre[index] }.count
        return larger + equalBefore < k ? pre[index] : 0
      case .rectifiedTopK: return max(plain(pre, function.unrectified, thresholds)[index], 0)
      }
    }
  }

  /// Returns the features of one layer that are active at position 1, where `pre` are the pre-activations.
  private func activations(
    of pre: [Float], _ function: ActivationFunction, thresholds: [Float] = []
  ) -> FeatureActivations {
    let count = pre.count
    var identity = Matrix(rows: count, columns: count)
    for index in 0..<count { identity[index, index] = 1 }
    let transcoder = Transcoder(
      encoder: StoredMatrix(identity), encoderBias: Array(repeating: 0, count: count), thresholds: thresholds,
      decoder: StoredMatrix(identity), decoderBias: Array(repeating: 0, count: count))
    let set = TranscoderSet(
      name: "test", input: .mlpIn, output: .mlpRawOut, activation: function, transcoders: [transcoder])
    var input = Matrix(rows: 2, columns: count, repeating: 7)
    input[row: 1] = pre[...]
    return set.activations(inputs: [input], Workers(count: 2))
  }
}

extension ActivationFunction {
  /// The function without the ReLU before it.
  fileprivate var unrectified: ActivationFunction {
    if case .rectifiedTopK(let k) = self { .topK(k) } else { self }
  }
}
