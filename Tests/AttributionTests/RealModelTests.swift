import Attribution
import CircuitGraphs
import Foundation
import LinearAlgebra
import ModelCatalogues
import ReplacementModels
import Testing
import Transcoders
import Transformers
import _TestSupport

/// Where SmolLM2 lies on this machine.
private enum RealModel {
  /// The file that `MICROSCOPE_TEST_MODEL` names, else the one that was pulled; nil when there is none.
  static var path: String? {
    if let path = ProcessInfo.processInfo.environment["MICROSCOPE_TEST_MODEL"], !path.isEmpty { return path }
    return try? Catalogue.builtIn.resolve("smollm2-135m-instruct", home: MicroscopeHome()).location.path
  }
}

@Suite("RealModelTests", .serialized, .enabled(if: RealModel.path != nil, "SmolLM2 is not on this machine"))
struct RealModelTests {
  private static let folder = "smollm2/plt-jumprelu"

  /// What the reference says of the graph.
  private struct Reference: Decodable {
    struct Edge: Decodable {
      var target: String
      var source: String
      var weight: Double
    }

    var replacementScore: Double
    var completenessScore: Double
    var topEdges: [Edge]
    var logitTargets: [GoldenCase.Graph.Target]
  }

  @Test("SmolLM2's graph has circuit-tracer's features, targets, row sums, strongest edges and scores")
  func golden() throws {
    let tensors = try Golden.tensors(RealModelTests.folder + "/prompt0.safetensors")
    let reference = try Golden.json(Reference.self, RealModelTests.folder + "/prompt0.json")
    let set = try TranscoderSet(circuitTracerFolder: Golden.path(RealModelTests.folder + "/transcoder"))
    let model = try LocalReplacementModel(transformer(), set, tokens: tensors.integers("token_ids"))
    let sites = model.features.sites.flatMap { [$0.layer, $0.position, $0.index] }
    #expect(sites == (try tensors.integers("active_features")))
    let values = try tensors.floats("activation_values")
    #expect(Difference(model.features.values, values, absolute: 5e-4, relative: 1e-3) == nil)
    let norms = model.errors.flatMap { error in
      (0..<error.rows).map { row in dot(error[row: row], error[row: row]).squareRoot() }
    }
    #expect(Difference(norms, try tensors.floats("error_norms"), absolute: 5e-4, relative: 1e-3) == nil)
    let graph = try model.graph(model.chooser.salient(count: 10, mass: 0.95))
    #expect(graph.logits.map(\.vocabularyIndex) == reference.logitTargets.map(\.vocabIdx))
    let scores = GraphScores(graph)
    #expect(abs(scores.replacement - reference.replacementScore) < 2e-5)
    #expect(abs(scores.completeness - reference.completenessScore) < 2e-5)
    try expectRows(of: graph, tensors)
    try expectStrongest(reference.topEdges, graph)
  }

  private func expectRows(of graph: AttributionGraph, _ tensors: GoldenTensors) throws {
    let logitRows = graph.layout.logitRange.flatMap { graph.denseRow($0) }
    #expect(Difference(logitRows, try tensors.floats("logit_rows"), absolute: 5e-4, relative: 1e-3) == nil)
    let rows = graph.layout.targets.map { graph.edges.row($0).weights }
    let sums = rows.map { $0.reduce(0, +) }
    #expect(Difference(sums, try tensors.floats("row_sum"), absolute: 2e-3, relative: 1e-3) == nil)
    let magnitudes = rows.map { $0.reduce(0) { $0 + abs($1) } }
    #expect(Difference(magnitudes, try tensors.floats("row_abs_sum"), absolute: 2e-3, relative: 1e-3) == nil)
    var columns = [Float](repeating: 0, count: graph.layout.count)
    for row in graph.layout.targets {
      for (column, weight) in zip(graph.edges.row(row).columns, graph.edges.row(row).weights) {
        columns[Int(column)] += abs(weight)
      }
    }
    #expect(Difference(columns, try tensors.floats("column_abs_sum"), absolute: 2e-3, relative: 1e-3) == nil)
    let influence = graph.influence().map { Float($0) }
    #expect(Difference(influence, try tensors.floats("node_influence"), absolute: 2e-5) == nil)
  }

  private func expectStrongest(_ edges: [Reference.Edge], _ graph: AttributionGraph) throws {
    let names = Dictionary(
      uniqueKeysWithValues: (0..<graph.layout.count).map { node in
        guard case .logit(let rank) = graph.layout.node(at: node) else {
          return (graph.layout.node(at: node).description, node)
        }
        return ("L:\(graph.logits[rank].vocabularyIndex)", node)
      })
    #expect(edges.count == 200)
    for edge in edges {
      let row = try #require(names[edge.target]), column = try #require(names[edge.source])
      let weight = Double(graph.edges.weight(row: row, column: column))
      #expect(abs(weight - edge.weight) < 5e-4 + 1e-3 * abs(edge.weight), "\(edge.source) → \(edge.target)")
    }
  }

  @Test("In the neuron basis the parts give back the logits, rows their sums, edges their effects")
  func neurons() throws {
    let model = try neuronModel(count: 600)
    let tokens = model.chooser.salient(count: 5, mass: 0.9)
    let written = zip(model.writtenByFeatures, zip(model.errors, model.constantOutputs)).map {
      $0 + $1.0 + $1.1
    }
    let whole = model.propagate(LinearSources(embeddings: model.embeddings, outputs: written, biases: true))
    let last = model.positionCount - 1
    let logits = model.pass.logits(whole.stream, rows: last..<last + 1, biases: true)
    #expect(Difference(logits.storage, model.logits, absolute: 1e-4, relative: 1e-5) == nil)

    let graph = try model.graph(tokens)
    let twin = DirectEffects(model, tokens: tokens.map(\.vocabularyIndex))
    let constants = twin.constants()
    for (place, site) in model.features.sites.enumerated() {
      let sum =
        graph.edges.row(place).weights.reduce(0, +) + constants.features[place] + model.basis.readBias(site)
      let value = model.features.values[place]
      #expect(abs(sum - value) < 1e-3 + 1e-3 * abs(value), "\(site)")
    }
    let centred = DirectEffects.centred(model.logits)
    for (place, row) in graph.layout.logitRange.enumerated() {
      let sum = graph.edges.row(row).weights.reduce(0, +) + constants.outputs[place]
      #expect(abs(sum - centred[tokens[place].vocabularyIndex]) < 1e-3)
    }
    var random = SplitMix64(seed: 7)
    for _ in 0..<30 {
      let column = Int.random(in: 0..<graph.layout.logitRange.lowerBound, using: &random)
      let effects = twin.effects(of: graph.layout.node(at: column))
      let edges = graph.denseColumn(column)
      let features = Array(edges[graph.layout.featureRange])
      let outputs = Array(edges[graph.layout.logitRange])
      #expect(Difference(features, effects.features, absolute: 1e-3, relative: 1e-3) == nil)
      #expect(Difference(outputs, effects.outputs, absolute: 1e-4, relative: 1e-3) == nil)
    }
  }

  private func transformer() throws -> Transformer {
    try Transformer(path: #require(RealModel.path), workers: Workers(count: 2))
  }

  private func neuronModel(count: Int) throws -> LocalReplacementModel {
    let transformer = try transformer()
    let tokens = try Golden.tensors(RealModelTests.folder + "/prompt0.safetensors").integers("token_ids")
    return LocalReplacementModel(neuronsOf: transformer, count: count, tokens: tokens) { logits in
      TargetChooser(transformer, logits: logits) { "\($0)" }.salient(count: 5, mass: 0.9).map {
        OutputReading(direction: $0.direction, weight: $0.weight)
      }
    }
  }
}
