import CircuitGraphs
import Foundation
import Interventions
import LinearAlgebra
import Testing
import Transcoders
import Transformers
import _TestSupport

@Suite("The engine as a service")
struct SessionTests {
  private let tiny = Tiny(TinyTransformer(), TinyTranscoders.forms[1])

  private func session(graph: InterventionSession.Graph? = nil) -> InterventionSession {
    InterventionSession(tiny.transformer, tiny.set, graph: graph) { tokens in tokens.map { "t\($0)" }.joined()
    }
  }

  @Test("A request and its response survive JSON")
  func json() throws {
    var request = InterventionRequest(tokens: tiny.tokens)
    request.interventions = ["0/1@2=x-2", "1/3@3..+=1"].compactMap { Intervention($0) }
    request.supernodes = [.init(supernode: "Texas", factor: -1)]
    request.donor = .init(tokens: [1, 2], copies: [DonorCopy(layer: 0, index: 1, source: 1)], mapping: .last)
    request.constrain = [0, 1]
    request.generation = .init(count: 3, temperature: 0.5, topP: 0.9, seed: 4)
    request.sweep = Sweep("factor=-2..2:1")
    let data = try JSONEncoder().encode(request)
    #expect(try JSONDecoder().decode(InterventionRequest.self, from: data) == request)
    var plain = InterventionRequest(tokens: tiny.tokens)
    plain.interventions = request.interventions
    var session = session()
    let response = try session.respond(to: plain)
    let text = try JSONEncoder().encode(response)
    #expect(try JSONDecoder().decode(InterventionResponse.self, from: text).candidates == response.candidates)
  }

  @Test("A sweep's points are single runs, and the response is told as it comes")
  func sweep() throws {
    var session = session()
    let site = try #require(try tiny.engine().unmodified.features().sites.last)
    var request = InterventionRequest(tokens: tiny.tokens)
    request.interventions = [site.intervention(.scale(0))]
    request.watch = [3, 7]
    request.sweep = .factor([-2, 0, 1, 3])
    var told: [InterventionProgress] = []
    let response = try session.respond(to: request) {
      told.append($0)
      return true
    }
    let points = try #require(response.sweep).points
    let engine = try tiny.engine()
    for point in points {
      let outcome = try engine.run([site.intervention(.scale(point.value))])
      #expect(point.logits == [outcome.logits[3], outcome.logits[7]])
    }
    #expect(points[2].logits == [engine.unmodified.logits[3], engine.unmodified.logits[7]])
    #expect(told.first == .clean && told.last == .runs(done: 4, of: 4))
  }

  @Test("An end-layer sweep constrains from the first touched layer on")
  func layers() throws {
    let engine = try tiny.engine()
    let site = try #require(engine.unmodified.features().sites.first { $0.layer == 1 })
    let changes = [site.intervention(.scale(-2))]
    var found: [[Float]] = []
    try engine.sweep(
      .endLayer(1...2), changes, patching: .iterative(freezesAttention: true), observing: false
    ) {
      found.append($0.outcome.logits)
      return true
    }
    #expect(
      found == [
        try engine.run(changes, patching: .constrained(1...1)).logits,
        try engine.run(changes, patching: .constrained(1...2)).logits,
      ])
    #expect(throws: InterventionError.endsBeforeStart(0, first: 1)) {
      try engine.sweep(
        .endLayer(0...2), changes, patching: .iterative(freezesAttention: true), observing: false
      ) { _ in true }
    }
    #expect(throws: InterventionError.nothingToSweep) {
      try engine.sweep(
        .factor([1]), [site.intervention(.set(2))], patching: .constrained(1...2), observing: false
      ) { _ in true }
    }
  }

  @Test("Cancelling stops between runs and between tokens")
  func cancel() throws {
    var session = session()
    var request = InterventionRequest(tokens: tiny.tokens)
    request.interventions = ["0/1@2=x-2"].compactMap { Intervention($0) }
    request.generation = .init(count: 50)
    request.sweep = Sweep("factor=-6..6")
    for limit in [0, 1, 2, 5, 60] {
      var count = 0
      #expect(throws: InterventionError.cancelled) {
        try session.respond(to: request) { _ in
          count += 1
          return count <= limit
        }
      }
    }
  }

  @Test("A donor's activations arrive where its positions are mapped to")
  func donor() throws {
    let donorTokens = [4, 17, 2, 30]
    let donor = try InterventionEngine(tiny.transformer, tiny.set, tokens: donorTokens)
    let copies = [DonorCopy(layer: 0, index: 2, source: 1), DonorCopy(layer: 1, index: 4, source: -1)]
    let values = donor.unmodified.activations(of: [
      FeatureSite(layer: 0, position: 1, index: 2), FeatureSite(layer: 1, position: 3, index: 4),
    ])
    let places: [(PositionMapping, [Int])] = [(.index, [1, 3]), (.last, [3, 5]), (.token, [4, 5])]
    for (mapping, positions) in places {
      let changes = try donor.donations(copies, to: tiny.tokens, mapping: mapping)
      #expect(changes.map(\.positions) == positions.map { .at($0) }, "\(mapping)")
      #expect(changes.map(\.change) == values.map { .set($0) })
    }
    #expect(throws: InterventionError.unmapped(position: 2, .token)) {
      try donor.donations([DonorCopy(layer: 0, index: 2, source: 2)], to: [4, 9, 9, 9], mapping: .token)
    }
    #expect(PositionMapping.token.position(of: 1, in: [0, 9, 5, 9], for: [9, 1, 9, 2, 9]) == 2)
  }

  @Test("A supernode's members are changed by one factor; an unknown one is refused")
  func supernodes() throws {
    let features = try tiny.engine().unmodified.features().sites.prefix(3)
    let nodes = features.map { FeatureNode(layer: $0.layer, position: $0.position, index: $0.index) }
    let layout = NodeLayout(features: nodes, layerCount: 3, positionCount: 6, logitCount: 0)
    var edges = SparseRows(columnCount: layout.count)
    edges.appendEmptyRows(layout.count)
    let graph = AttributionGraph(
      layout: layout, edges: edges, activations: [1, 1, 1], logits: [], tokens: tiny.tokens)
    let session = session(
      graph: .init(
        graph: graph, supernodes: [Supernode(name: "pair", members: nodes.prefix(2).map { .feature($0) })]))
    var request = InterventionRequest(tokens: tiny.tokens)
    request.supernodes = [.init(supernode: "pair", factor: -1)]
    #expect(try session.all(request) == features.prefix(2).map { $0.intervention(.scale(-1)) })
    request.supernodes = [.init(supernode: "trio", factor: -1)]
    #expect(throws: InterventionError.noSuchSupernode("trio", known: ["pair"])) { try session.all(request) }
    #expect(throws: InterventionError.noGraph) { try self.session().all(request) }
  }
}
