import Foundation
import LinearAlgebra
import SpecimenTraining
import Specimens
import Testing
import Transformers

@Suite("the compiled circuit")
struct BooleanTests {
  private let boolean: any Specimen

  init() throws { boolean = try specimen("boolean") }

  /// The layers of the circuit, and its variables: A, B, C, D, and seven gates.
  private let layers = 0..<5
  private let variableCount = 11

  /// All sixteen prompts of a question.
  private func keys(_ question: String) throws -> [(key: KeyedPrompt, inputs: [Bool])] {
    var found: [[Bool]: KeyedPrompt] = [:]
    for index in 0..<500 {
      let key = boolean.keyedPrompt(question, index: index, seed: 1)
      found[["a", "b", "c", "d"].map { key.variable($0)?.value == "1" }] = key
    }
    try #require(found.count == 16)
    return found.map { ($1, $0) }
  }

  private func token(_ word: String) throws -> Int {
    try #require(boolean.vocabulary.words.firstIndex(of: word))
  }

  private func model() throws -> (parameters: TransformerParameters, transformer: Transformer) {
    guard case .compiled(let parameters, _) = boolean.making(size: "usual") else {
      throw Unexpected()
    }
    return (parameters, parameters.transformer(workers: Workers(count: 1)))
  }

  private struct Unexpected: Error {}

  /// The four questions, in words of their own.
  private func value(_ question: String, _ inputs: [Bool]) -> Bool {
    let (a, b, c, d) = (inputs[0], inputs[1], inputs[2], inputs[3])
    switch question {
    case "chain": return a
    case "parallel": return b != c
    case "both": return a && b != c
    default: return d || !a
    }
  }

  @Test("the truth table, by the logits of the project's own transformer")
  func truthTable() throws {
    let transformer = try model().transformer
    let (noToken, yesToken) = (try token("no"), try token("yes"))
    for question in boolean.circuits {
      for (key, inputs) in try keys(question) {
        let logits = transformer.run(key.tokens, logits: .last).logits
        let (no, yes) = (logits[0, noToken], logits[0, yesToken])
        let (right, wrong) = value(question, inputs) ? (yes, no) : (no, yes)
        let doubt: Float = inputs[1] && inputs[2] ? 2 : 0
        #expect(abs(right - (8 - doubt)) < 1e-4 && abs(wrong + doubt) < 1e-4)
        #expect(key.answer == (value(question, inputs) ? yesToken : noToken))
      }
    }
  }

  @Test(
    "a neuron of the key is 1, every other neuron of its variable is exactly 0, and so is all before the question"
  )
  func neurons() throws {
    let transformer = try model().transformer
    let hooks = Set(layers.map { HookPoint(.mlpPost, layer: $0) })
    for (key, _) in try keys("both") {
      let pass = transformer.run(key.tokens, recording: hooks)
      var active: Set<NeuronPlace> = []
      for layer in layers {
        let neurons = try #require(pass.activations[.mlpPost, layer])
        for position in 0..<neurons.rows {
          for index in 0..<neurons.columns where neurons[position, index] != 0 {
            #expect(position == key.tokens.count - 1 && abs(neurons[position, index] - 1) < 1e-5)
            active.insert(NeuronPlace(layer: layer, index: index))
          }
        }
      }
      // One neuron for each variable, and in the last layer the reply and the doubt.
      #expect(active.count == variableCount + 2)
      #expect(active.isSuperset(of: key.variables.compactMap(\.neuron)))
    }
  }

  @Test("the weights of edges between neurons, again from the weights of the model")
  func edges() throws {
    let (parameters, transformer) = try model()
    let hooks = Set(layers.flatMap { [HookPoint(.mlpNormScale, layer: $0), HookPoint(.mlpIn, layer: $0)] })
    for question in boolean.circuits {
      for (key, inputs) in try keys(question) {
        let last = key.tokens.count - 1
        let pass = transformer.run(key.tokens, recording: hooks)
        for target in key.variables {
          guard let place = target.neuron else { continue }
          let read = try read(place, parameters, pass.activations, last)
          for source in key.variables {
            let weight = try write(source, parameters, key).map {
              zip($0, read).reduce(0) { $0 + $1.0 * $1.1 }
            }
            let edge = key.edges.first { $0.from == source.name && $0.to == target.name }
            guard let weight, source.neuron.map({ $0.layer < place.layer }) ?? true else { continue }
            #expect(
              abs(weight - (edge?.weight ?? 0)) < 1e-4, "\(question) \(inputs) \(source.name) \(target.name)")
          }
          let incoming = key.edges.filter { $0.to == target.name }.reduce(0) { $0 + ($1.weight ?? 0) }
          #expect(abs(incoming - 1) < 1e-9, "what enters \(target.name) is its activation")
        }
      }
    }
  }

  /// What a neuron reads of the stream: half of its product through the gate, half through the other factor.
  private func read(
    _ place: NeuronPlace, _ parameters: TransformerParameters, _ activations: ActivationCache, _ position: Int
  ) throws -> [Double] {
    let input = try #require(activations[.mlpIn, place.layer])[row: position].map(Double.init)
    let scale = Double(try #require(activations[.mlpNormScale, place.layer])[position, 0])
    let norm = parameters[.mlpNorm, layer: place.layer][row: 0].map { Double($0) / scale }
    let gate = parameters[.gate, layer: place.layer][row: place.index].map(Double.init)
    let up = parameters[.up, layer: place.layer][row: place.index].map(Double.init)
    let g = zip(gate, input).reduce(0) { $0 + $1.0 * $1.1 }
    let u = zip(up, input).reduce(0) { $0 + $1.0 * $1.1 }
    let silu = g / (1 + exp(-g))
    return norm.indices.map { norm[$0] * (silu / g * u * gate[$0] + silu * up[$0]) / 2 }
  }

  /// What a variable's neuron or token writes to the stream at the question.
  private func write(
    _ variable: KeyVariable, _ parameters: TransformerParameters, _ key: KeyedPrompt
  ) throws -> [Double]? {
    if let place = variable.neuron {
      let down = parameters[.down, layer: place.layer]
      return (0..<down.rows).map { Double(down[$0, place.index]) }
    }
    guard variable.role == .input else { return nil }
    let token = key.tokens[try #require(variable.positions.first)]
    // The first layer's attention carries the inputs to the question as they are.
    return parameters.embedding[row: token].map(Double.init)
  }
}
