import Attribution
import CircuitGraphs
import LinearAlgebra
import ReplacementModels
import Testing
import Transcoders
import Transformers
import _TestSupport

/// A prompt that circuit-tracer traced, and the local replacement model made of it here.
struct GoldenCase {
  /// What the reference says of one graph.
  struct Graph: Decodable {
    struct Target: Decodable {
      var tokenStr: String
      var vocabIdx: Int
      var probability: Double
    }

    var nFeatures: Int
    var nNodes: Int
    var logitTargets: [Target]
    var replacementScore: Double
    var completenessScore: Double
    var maxFeatureNodes: Int?
    var batchSize: Int?
    var updateInterval: Int?
  }

  /// The graphs of a prompt.
  struct Graphs: Decodable {
    var full: Graph
    var half: Graph?
    var strings: Graph?
    var custom: Graph?
  }

  let name: String
  let graphs: Graphs
  let tensors: GoldenTensors
  let model: LocalReplacementModel

  /// Reads a case, such as `tiny/llama/plt-relu`, and runs its model.
  init(_ folder: String, prompt: Int) throws {
    let model = folder.split(separator: "/").dropLast().joined(separator: "/") + "/model"
    name = "\(folder)/prompt\(prompt)"
    graphs = try Golden.json(Graphs.self, name + ".json")
    tensors = try Golden.tensors(name + ".safetensors")
    let transformer = try Transformer(path: Golden.path(model), workers: Workers(count: 2))
    let set = try TranscoderSet(circuitTracerFolder: Golden.path("\(folder)/transcoder"))
    self.model = try LocalReplacementModel(transformer, set, tokens: tensors.integers("token_ids"))
  }

  /// Expects our scores, influence and targets to be the reference's.
  func expectNumbers(_ graph: AttributionGraph, _ golden: Graph, _ prefix: String) throws {
    #expect(graph.layout.count == golden.nNodes && graph.layout.features.count == golden.nFeatures)
    #expect(graph.logits.map(\.vocabularyIndex) == golden.logitTargets.map(\.vocabIdx))
    let probabilities = try tensors.floats(prefix + ".logit_probabilities")
    #expect(Difference(graph.logits.map(\.probability), probabilities, absolute: 1e-5) == nil)
    let influence = try tensors.floats(prefix + ".node_influence")
    #expect(Difference(graph.influence().map { Float($0) }, influence, absolute: 1e-5) == nil)
    let scores = GraphScores(graph)
    #expect(abs(scores.replacement - golden.replacementScore) < 1e-5)
    #expect(abs(scores.completeness - golden.completenessScore) < 1e-5)
    let selected = try tensors.integers(prefix + ".selected_features").map { model.features.sites[$0] }
    let features = graph.layout.features
    #expect(features.map(\.layer) == selected.map(\.layer))
    #expect(features.map(\.position) == selected.map(\.position))
    #expect(features.map(\.index) == selected.map(\.index))
  }

  /// Expects rows of the graph to be the reference's.
  func expectRows(_ graph: AttributionGraph, _ nodes: [Int], _ name: String) throws {
    let expected = try tensors.matrix(name)
    #expect(expected.rows == nodes.count && expected.columns == graph.layout.count)
    let rows = Matrix(
      rows: nodes.count, columns: graph.layout.count, storage: nodes.flatMap { graph.denseRow($0) })
    #expect(Difference(rows, expected, absolute: 5e-5, relative: 1e-3) == nil)
  }
}

extension NodeLayout {
  /// The nodes that have inputs.
  var targets: [Int] { Array(featureRange) + Array(logitRange) }
}
