import Attribution
import CircuitGraphs
import LinearAlgebra
import ReplacementModels
import Testing
import Transcoders
import Transformers
import _TestSupport

@Suite("Expansion")
struct ExpansionTests {
  private let tokens = [4, 9, 2, 9, 17, 30, 11, 5]

  @Test(
    "Rounds expand the most influential features of a dense power iteration",
    arguments: TinyBasis.forms, [1, 7, 32])
  func rounds(basis: TinyBasis, roundSize: Int) throws {
    let (model, targets) = try prompt(basis)
    let whole = try model.graph(targets)
    let twin = PlainExpansion(whole)
    for limit in [1, 10, 40] {
      let options = AttributionOptions(maxFeatureNodes: limit, coverage: nil, roundSize: roundSize)
      let result = try Attributor(options: options).attribute(model, targets: targets)
      let expected = twin.expansion(limit: limit, roundSize: roundSize)
      #expect(result.graph.layout.features == expected.sorted().map { whole.layout.features[$0] })
      #expect(abs(result.coverage - twin.coverage(expanded: expected)) < 1e-5)
      #expect(result.activeFeatureCount == model.features.count)
      #expect(result.graph.activations == expected.sorted().map { model.features.values[$0] })
    }
  }

  @Test(
    "What is not expanded adds to the error of its layer and position: rows keep their sum",
    arguments: TinyBasis.forms)
  func sumsAreKept(basis: TinyBasis) throws {
    let (model, targets) = try prompt(basis)
    let whole = try model.graph(targets)
    for limit in [0, 1, 13, 50] {
      let graph = try model.graph(
        targets, AttributionOptions(maxFeatureNodes: limit, coverage: nil, roundSize: 8))
      #expect(graph.layout.features.count == limit)
      for row in Array(graph.layout.featureRange) + Array(graph.layout.logitRange) {
        let place = try #require(whole.layout.index(of: graph.layout.node(at: row)))
        let found = sumsBySite(graph, row)
        #expect(Difference(found, sumsBySite(whole, place), absolute: 1e-5, relative: 1e-5) == nil)
      }
    }
  }

  @Test("Scores count every feature that is not expanded as an error of its own", arguments: TinyBasis.forms)
  func scores(basis: TinyBasis) throws {
    let (model, targets) = try prompt(basis)
    let twin = PlainExpansion(try model.graph(targets))
    for limit in [0, 5, 30, 60] {
      let graph = try model.graph(
        targets, AttributionOptions(maxFeatureNodes: limit, coverage: nil, roundSize: 8))
      let expected = twin.scores(expanded: twin.expansion(limit: limit, roundSize: 8))
      let scores = GraphScores(graph)
      #expect(abs(scores.replacement - expected.replacement) < 1e-5)
      #expect(abs(scores.completeness - expected.completeness) < 1e-5)
    }
  }

  @Test("Left out, features that are not expanded take their edges with them")
  func leftOut() throws {
    let (model, targets) = try prompt(TinyBasis.forms[4])
    let whole = try model.graph(targets)
    let options = AttributionOptions(maxFeatureNodes: 20, coverage: nil, roundSize: 8, unexpanded: .leftOut)
    let graph = try model.graph(targets, options)
    #expect(graph.hiddenErrorMass.isEmpty && graph.layout.features.count == 20)
    for row in 0..<graph.layout.count {
      let place = try #require(whole.layout.index(of: graph.layout.node(at: row)))
      let expected = try (0..<graph.layout.count).map { column in
        whole.edges.weight(
          row: place, column: try #require(whole.layout.index(of: graph.layout.node(at: column))))
      }
      #expect(Difference(graph.denseRow(row), expected, absolute: 1e-6, relative: 1e-5) == nil)
    }
  }

  @Test("Expansion stops at the first round that reaches the coverage asked for", arguments: TinyBasis.forms)
  func coverage(basis: TinyBasis) throws {
    let (model, targets) = try prompt(basis)
    let twin = PlainExpansion(try model.graph(targets))
    for coverage in [0.3, 0.6, 0.9, 0.97] {
      let options = AttributionOptions(coverage: coverage, roundSize: 1)
      let result = try Attributor(options: options).attribute(model, targets: targets)
      let count = result.graph.layout.features.count
      #expect(count == model.features.count || result.coverage >= coverage)
      guard count > 0 else { continue }
      let before = twin.expansion(limit: count - 1, roundSize: 1)
      #expect(twin.coverage(expanded: before) < coverage + 1e-6)
    }
  }

  @Test("With everything expanded the coverage is whole and nothing is hidden", arguments: TinyBasis.forms)
  func allExpanded(basis: TinyBasis) throws {
    let (model, targets) = try prompt(basis)
    for options in [everything, AttributionOptions(maxFeatureNodes: .max, coverage: 1.1, roundSize: 9)] {
      let result = try Attributor(options: options).attribute(model, targets: targets)
      #expect(result.graph.layout.features.count == model.features.count)
      #expect(abs(result.coverage - 1) < 1e-6)
      #expect(result.graph.hiddenErrorMass.isEmpty)
    }
  }

  @Test("Progress goes up to the limit, and what it throws ends the work")
  func progress() throws {
    struct Stop: Error {}
    let (model, targets) = try prompt(TinyBasis.forms[0])
    let attributor = Attributor(
      options: AttributionOptions(maxFeatureNodes: 30, coverage: nil, roundSize: 10))
    var seen: [AttributionProgress] = []
    _ = try attributor.attribute(model, targets: targets) { seen.append($0) }
    #expect(seen.map(\.expanded) == [10, 20, 30] && seen.allSatisfy { $0.limit == 30 })
    #expect(throws: Stop.self) { try attributor.attribute(model, targets: targets) { _ in throw Stop() } }
  }

  private func prompt(_ basis: TinyBasis) throws -> (LocalReplacementModel, [AttributionTarget]) {
    let model = try basis.model(TinyTransformer().transformer(seed: 31), tokens)
    return (model, model.chooser.salient(count: 5, mass: 0.9))
  }

  /// The sum of a row's features and errors of each layer and position, then its tokens.
  private func sumsBySite(_ graph: AttributionGraph, _ row: Int) -> [Float] {
    let layout = graph.layout
    var sums = [Float](repeating: 0, count: layout.errorRange.count + layout.positionCount)
    for (node, weight) in graph.denseRow(row).enumerated() {
      switch layout.node(at: node) {
      case .feature(let feature): sums[feature.layer * layout.positionCount + feature.position] += weight
      case .error(let layer, let position): sums[layer * layout.positionCount + position] += weight
      case .token(let position): sums[layout.errorRange.count + position] += weight
      case .logit: break
      }
    }
    return sums
  }
}
