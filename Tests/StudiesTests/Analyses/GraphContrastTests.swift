import Attribution
import CircuitGraphs
import Evaluations
import FeatureDashboards
import Interventions
import LinearAlgebra
import ReplacementModels
import Studies
import Testing
import Transcoders
import Transformers
import _TestSupport

@Suite("Contrasts of two prompts")
struct GraphContrastTests {
  private let first = [4, 9, 2, 9, 17, 30]
  private let second = [4, 9, 33, 9, 5, 30]
  private let transformer = TinyTransformer().transformer(seed: 51)

  private func set(_ form: TinyTranscoders) -> TranscoderSet { form.set(for: transformer, tokens: first) }

  @Test(
    "What a silent feature would do is what setting it does under full freeze",
    arguments: TinyTranscoders.forms)
  func hypothetical(form: TinyTranscoders) throws {
    let set = set(form)
    let contrast = try GraphContrast(
      transformer, .transcoders(set), first: first, second: second, settings: everything)
    let outputs = contrast.sides.map(\.top)
    var tested = 0
    for (tokens, presence) in [(first, \GraphContrast.Row.first), (second, \GraphContrast.Row.second)] {
      let engine = try InterventionEngine(transformer, set, tokens: tokens)
      let other = presence == \GraphContrast.Row.first ? \GraphContrast.Row.second : \GraphContrast.Row.first
      for row in contrast.rows where row[keyPath: presence].isHypothetical {
        let here = row[keyPath: presence]
        let change = Intervention(
          .feature(layer: row.feature.layer, index: row.feature.index), at: .at(try #require(here.position)),
          .set(row[keyPath: other].activation))
        let after = try engine.run([change], patching: .constrained(0...2), observing: false).logits
        let before = engine.unmodified.logits
        let gains = outputs.map { after[$0] - before[$0] }
        let expected = outputs[0] == outputs[1] ? gains[0] - mean(after, before) : gains[0] - gains[1]
        #expect(abs(try #require(here.effect) - expected) < 2e-4, "\(row.feature)")
        tested += 1
      }
    }
    #expect(tested > 3)
  }

  private func mean(_ after: [Float], _ before: [Float]) -> Float {
    zip(after, before).reduce(0) { $0 + $1.0 - $1.1 } / Float(after.count)
  }

  private var everything: ContrastSettings {
    var settings = ContrastSettings()
    settings.attribution = AttributionOptions(maxFeatureNodes: .max, coverage: nil)
    (settings.nodeThreshold, settings.edgeThreshold) = (1, 1)
    settings.limits = GraphLimits()
    settings.silentCount = .max
    return settings
  }

  @Test("Activations and effects are those of each prompt's own graph", arguments: TinyBasis.forms)
  func twin(form: TinyBasis) throws {
    let basis: SuiteBasis =
      switch form {
      case .transcoders(let form): .transcoders(set(form))
      case .neurons: .neurons
      }
    var settings = everything
    if case .neurons = basis { settings.attribution.maxFeatureNodes = 40 }
    let contrast = try GraphContrast(transformer, basis, first: first, second: second, settings: settings)
    let outputs = contrast.sides.map(\.top)
    for (tokens, presence) in [(first, \GraphContrast.Row.first), (second, \GraphContrast.Row.second)] {
      let choose = { (logits: [Float]) in
        TargetChooser(transformer, logits: logits) { "\($0)" }.tokens(
          outputs[0] == outputs[1] ? [outputs[0]] : outputs)
      }
      let local = try basis.replacementModel(
        of: transformer, tokens: tokens, neuronCount: 160, targets: choose)
      let graph = try Attributor(options: settings.attribution).attribute(
        local, targets: choose(local.logits)
      )
      .graph
      var met = 0
      for row in contrast.rows {
        let here = row[keyPath: presence]
        guard let position = here.position, !here.isHypothetical, here.activation != 0 else { continue }
        let node = FeatureNode(layer: row.feature.layer, position: position, index: row.feature.index)
        guard let place = graph.layout.index(of: .feature(node)) else { continue }
        #expect(abs(here.activation - graph.activations[place]) < 1e-5)
        let edges = graph.layout.logitRange.map { graph.edges.weight(row: $0, column: place) }
        let expected = edges.count == 2 ? edges[0] - edges[1] : edges[0]
        #expect(abs(try #require(here.effect) - expected) < 1e-5)
        met += 1
      }
      #expect(met > 5)
    }
  }

  @Test("A prompt does not differ from itself; exchanging the prompts exchanges the sides")
  func laws() throws {
    let basis = SuiteBasis.transcoders(set(TinyTranscoders.forms[4]))
    let same = try GraphContrast(transformer, basis, first: first, second: first)
    #expect(!same.rows.isEmpty)
    for row in same.rows { #expect(row.status == .both && row.first == row.second) }
    let there = try GraphContrast(
      transformer, basis, first: first, second: second, settings: everything)
    let back = try GraphContrast(
      transformer, basis, first: second, second: first, settings: everything)
    #expect(there.rows.contains { $0.status != .both })
    #expect(there.rows.count == back.rows.count && there.sides == back.sides.reversed())
    for row in there.rows {
      let twin = try #require(
        back.rows.first {
          $0.feature == row.feature && $0.first.position == row.second.position
            && $0.second.position == row.first.position
        })
      #expect(twin.first.activation == row.second.activation && twin.second.influence == row.first.influence)
    }
  }

  @Test(
    "A silent feature's inputs and constants add up to what it reads; the inhibitors are its worst inputs")
  func inhibitors() throws {
    let set = set(TinyTranscoders.forms[0])
    let contrast = try GraphContrast(
      transformer, .transcoders(set), first: first, second: second, settings: everything)
    let silent = contrast.rows.filter(\.first.isHypothetical)
    #expect(silent.contains { !$0.first.inhibitors.isEmpty })
    for row in silent {
      #expect(row.first.activation == 0 && row.second.activation != 0 && row.status == .onlySecond)
      let weights = row.first.inhibitors.map(\.weight)
      #expect(weights == weights.sorted() && weights.allSatisfy { $0 < 0 })
    }
  }

  @Test("A prompt's graph holds features that are silent there, with the effects that are told")
  func graphs() throws {
    let set = set(TinyTranscoders.forms[0])
    var graphs: [ContrastGraph] = []
    let contrast = try GraphContrast(
      transformer, .transcoders(set), first: first, second: second, settings: everything,
      graphs: { graphs = $0 })
    #expect(graphs.count == 2)
    for (graph, presence) in zip(graphs, [\GraphContrast.Row.first, \GraphContrast.Row.second]) {
      let told = contrast.rows.filter { $0[keyPath: presence].isHypothetical }
      #expect(!told.isEmpty && graph.silent.count == told.count)
      for row in told {
        let here = row[keyPath: presence]
        let node = FeatureNode(
          layer: row.feature.layer, position: try #require(here.position), index: row.feature.index)
        #expect(graph.silent.contains(node))
        let place = try #require(graph.pruned.layout.index(of: .feature(node)))
        let effects = graph.pruned.layout.logitRange.map {
          graph.pruned.original.edges.weight(row: $0, column: place)
        }
        #expect((effects.count == 2 ? effects[0] - effects[1] : effects[0]) == here.effect)
      }
    }
  }

  @Test("The number of threads changes no bit")
  func threads() throws {
    let set = set(TinyTranscoders.forms[5])
    let found = try [1, 3].map { count in
      try GraphContrast(
        TinyTransformer().transformer(seed: 51, workers: Workers(count: count)), .transcoders(set),
        first: first,
        second: second)
    }
    #expect(found[0] == found[1])
  }
}
