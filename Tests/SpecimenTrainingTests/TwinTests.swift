import Foundation
import LinearAlgebra
import SpecimenTraining
import Testing
import _TestSupport

/// Five steps that PyTorch's AdamW took (`make_specimen_training_fixtures.py`).
private struct TwinSteps: Decodable, SequenceSource {
  struct Sequence: Decodable {
    var tokens: [Int]
    var weights: [Float]
  }

  struct Step: Decodable {
    var loss: Double
    var gradientNorm: Double
  }

  var settings: TransformerTrainingSettings
  var sequences: [Sequence]
  var start: [String: [Float]]
  var end: [String: [Float]]
  var steps: [Step]

  static func read(_ name: String) throws -> TwinSteps {
    guard let path = Bundle.module.resourcePath else { throw CocoaError(.fileNoSuchFile) }
    return try JSONDecoder().decode(
      TwinSteps.self, from: Data(contentsOf: URL(filePath: path + "/Fixtures/" + name + ".json")))
  }

  func sequence(_ index: Int, seed: UInt64) -> TrainingSequence {
    TrainingSequence(tokens: sequences[index].tokens, weights: sequences[index].weights)
  }

  func parameters(_ numbers: [String: [Float]]) throws -> TransformerParameters {
    var result = TransformerParameters(zeros: settings)
    let matrix = { (name: String, like: Matrix) in
      Matrix(rows: like.rows, columns: like.columns, storage: try #require(numbers[name]))
    }
    result.embedding = try matrix("model.embed_tokens", result.embedding)
    result.finalNorm = try matrix("model.norm", result.finalNorm)
    if !settings.tiesEmbeddings { result.unembedding = try matrix("lm_head", result.unembedding) }
    let names: [(TransformerParameters.Part, String)] = [
      (.attentionNorm, "input_layernorm"), (.query, "self_attn.q_proj"), (.key, "self_attn.k_proj"),
      (.value, "self_attn.v_proj"), (.output, "self_attn.o_proj"), (.mlpNorm, "post_attention_layernorm"),
      (.gate, "mlp.gate_proj"), (.up, "mlp.up_proj"), (.down, "mlp.down_proj"),
    ]
    for layer in 0..<settings.layers {
      for (part, name) in names {
        result[part, layer: layer] = try matrix("model.layers.\(layer).\(name)", result[part, layer: layer])
      }
    }
    return result
  }
}

@Suite("The same steps by PyTorch")
struct TwinTests {
  @Test("Losses, gradient norms and weights are PyTorch's", arguments: ["grouped", "tied"])
  func steps(_ name: String) throws {
    let twin = try TwinSteps.read(name)
    let settings = twin.settings
    var state = OptimizationState(try twin.parameters(twin.start))
    let turns = RotaryTurns(settings.rotary, positions: settings.contextLength)
    for (number, expected) in twin.steps.enumerated() {
      let first = number * settings.sequencesPerStep
      let sequences = (first..<first + settings.sequencesPerStep).map { twin.sequence($0, seed: 0) }
      let taken = state.advance(sequences, turns: turns, Workers(count: 2))
      let step = try #require(taken)
      #expect(abs(step.loss - expected.loss) < 2e-5, "step \(number)")
      #expect(abs(step.gradientNorm - expected.gradientNorm) < 1e-4 * expected.gradientNorm, "step \(number)")
    }
    let end = try twin.parameters(twin.end)
    for (index, matrix) in state.parameters.matrices.enumerated() {
      #expect(Difference(matrix, end.matrices[index], absolute: 1e-4) == nil, "matrix \(index)")
    }
    #expect(state.step == 5)
  }
}
