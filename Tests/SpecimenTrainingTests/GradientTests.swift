import LinearAlgebra
import SpecimenTraining
import Testing
import _TestSupport

@Suite("Gradients of a small transformer")
struct GradientTests {
  struct Form: Sendable, CustomTestStringConvertible {
    var heads: Int
    var kvHeads: Int
    var isTied: Bool
    var testDescription: String { "\(heads) heads in \(kvHeads) groups\(isTied ? ", tied" : "")" }

    static let all = [
      Form(heads: 4, kvHeads: 2, isTied: false), Form(heads: 4, kvHeads: 1, isTied: true),
      Form(heads: 2, kvHeads: 2, isTied: false), Form(heads: 1, kvHeads: 1, isTied: true),
    ]
  }

  private func example(_ form: Form) -> (TransformerParameters, [TrainingSequence], BatchGradient) {
    let settings = smallSettings(heads: form.heads, kvHeads: form.kvHeads, isTied: form.isTied)
    var parameters = TransformerParameters(random: settings)
    var random = SplitMix64(seed: 3)
    for index in parameters.matrices.indices where parameters.isNorm(index) {
      parameters.matrices[index] += random.matrix(1, settings.dModel, deviation: 0.2)
    }
    let sequences = (0..<7).map { RandomSequences().sequence($0, seed: 1) }
    let turns = RotaryTurns(settings.rotary, positions: settings.contextLength)
    return (parameters, sequences, BatchGradient(sequences, parameters, turns: turns, Workers(count: 2)))
  }

  @Test("The loss is that of plain loops", arguments: Form.all)
  func loss(_ form: Form) {
    let (parameters, sequences, gradient) = example(form)
    #expect(abs(gradient.loss - NaiveTransformer(parameters).loss(sequences)) < 1e-5)
  }

  @Test("Every kind of parameter gets the gradient of finite differences", arguments: Form.all)
  func finiteDifferences(_ form: Form) {
    let (parameters, sequences, gradient) = example(form)
    let naive = NaiveTransformer(parameters)
    var random = SplitMix64(seed: 4)
    let reach = 1e-4
    func check(_ found: Matrix, _ name: String, _ rows: WritableKeyPath<NaiveTransformer, [[Double]]>) {
      let places = (0..<6).map { _ in
        (Int.random(in: 0..<found.rows, using: &random), Int.random(in: 0..<found.columns, using: &random))
      }
      for (row, column) in places {
        let moved = { (by: Double) in
          var naive = naive
          naive[keyPath: rows][row][column] += by
          return naive.loss(sequences)
        }
        let expected = (moved(reach) - moved(-reach)) / (2 * reach)
        let actual = Double(found[row, column])
        #expect(abs(actual - expected) < 2e-6 + 1e-4 * abs(expected), "\(name)[\(row), \(column)]")
      }
    }
    let found = TransformerParameters(gradient.matrices, like: parameters)
    check(found.embedding, "embedding", \.embedding)
    check(found.finalNorm, "finalNorm", \.finalNorm)
    if !form.isTied { check(found.unembedding, "unembedding", \.unembedding) }
    for layer in 0..<parameters.settings.layers {
      for part in TransformerParameters.Part.allCases {
        check(found[part, layer: layer], "\(part) of layer \(layer)", \.[layer, part])
      }
    }
  }

  @Test("Sequences do not see each other: the loss of many is the mean of their losses")
  func separate() {
    let (parameters, sequences, gradient) = example(Form.all[0])
    let turns = RotaryTurns(parameters.settings.rotary, positions: parameters.settings.contextLength)
    var (sum, total) = (0.0, 0.0)
    for sequence in sequences {
      let weight = sequence.weights.reduce(0.0) { $0 + Double($1) }
      guard weight > 0 else { continue }
      sum += weight * BatchGradient([sequence], parameters, turns: turns, Workers(count: 1)).loss
      total += weight
    }
    #expect(abs(gradient.loss - sum / total) < 1e-6)
  }

  @Test("A batch is cut into shards of about the same length, all sequences in order")
  func shards() {
    let sequences = (0..<400).map { RandomSequences(longest: 18).sequence($0, seed: 2) }
    let shards = BatchShard.cut(sequences)
    #expect(shards.flatMap(\.tokens) == sequences.flatMap { $0.tokens.dropLast() })
    let lengths = shards.map(\.tokens.count)
    #expect(lengths.count % 2 == 0 && lengths.count > 2)
    let (longest, shortest) = (lengths.max() ?? 0, lengths.min() ?? 0)
    #expect(longest - shortest <= 2 * 18 && longest < 2 * BatchShard.tokensWanted, "\(lengths)")
  }
}

extension TransformerParameters {
  /// Gives gradients the names of the parameters.
  fileprivate init(_ matrices: [Matrix], like parameters: TransformerParameters) {
    self = parameters
    self.matrices = matrices
  }
}
