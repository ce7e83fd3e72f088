import Attribution
import Foundation
import LinearAlgebra
import ReplacementModels
import Testing
import Transformers
import _TestSupport

@Suite("Attribution targets")
struct AttributionTargetTests {
  private let transformer = TinyTransformer().transformer(seed: 41)
  private let logits: [Float] = (0..<50).map { $0 % 7 == 3 ? Float($0) / 10 : -1 }
  private var chooser: TargetChooser { TargetChooser(transformer, logits: logits) { "<\($0)>" } }

  @Test("Probabilities are the softmax of the logits")
  func probabilities() {
    let weights = logits.map { exp(Double($0)) }
    let sum = weights.reduce(0, +)
    #expect(Difference(chooser.tokenProbabilities, weights.map { Float($0 / sum) }, absolute: 1e-7) == nil)
  }

  @Test("Salient tokens are the most probable ones until they reach the mass, at most as many as asked for")
  func salient() {
    let all = chooser.salient(count: 50, mass: 2)
    #expect(all.count == 50 && all.map(\.weight) == all.map(\.weight).sorted(by: >))
    #expect(all[..<7].map(\.vocabularyIndex) == [45, 38, 31, 24, 17, 10, 3])
    #expect(all[7...].map(\.vocabularyIndex) == (0..<50).filter { $0 % 7 != 3 }, "equal ones in order")
    #expect(chooser.salient(count: 3, mass: 2).map(\.vocabularyIndex) == [45, 38, 31])
    #expect(chooser.salient(count: 0, mass: 2).count == 1 && chooser.salient(count: 9, mass: 0).count == 1)
    for mass in [0.2, 0.5, 0.7, 0.95] as [Float] {
      let chosen = chooser.salient(count: 50, mass: mass).map(\.weight)
      #expect(chosen.reduce(0, +) >= mass && chosen.dropLast().reduce(0, +) < mass)
    }
  }

  @Test("Given tokens keep their order, with their own probability, label and centred unembedding")
  func tokens() {
    let rows = transformer.weights.unembedding.weight.widened()
    let mean = (0..<24).map { column in
      Float((0..<50).reduce(0.0) { $0 + Double(rows[$1, column]) } / 50)
    }
    for (target, id) in zip(chooser.tokens([40, 2, 17]), [40, 2, 17]) {
      #expect(target.vocabularyIndex == id && target.label == "<\(id)>")
      #expect(target.weight == chooser.tokenProbabilities[id])
      #expect(Difference(target.direction, zip(rows[row: id], mean).map { $0 - $1 }, absolute: 1e-6) == nil)
    }
  }
}
