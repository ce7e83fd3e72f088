import Attribution
import CircuitGraphs
import LinearAlgebra
import ReplacementModels
import Testing
import Transcoders
import Transformers
import _TestSupport

@Suite("What edges mean")
struct EdgeLawTests {
  private let tokens = [4, 9, 2, 9, 17, 30]

  @Test(
    "Every edge is the effect that its source has alone in a linear pass",
    arguments: TinyTransformer.forms, TinyBasis.forms)
  func effects(form: TinyTransformer, basis: TinyBasis) throws {
    let model = try basis.model(form.transformer(seed: 21), tokens)
    let targets = model.chooser.salient(count: 4, mass: 1)
    let graph = try model.graph(targets)
    let twin = DirectEffects(model, tokens: targets.map(\.vocabularyIndex))
    #expect(graph.layout.features.count == model.features.count)
    for column in 0..<graph.layout.logitRange.lowerBound {
      let node = graph.layout.node(at: column)
      let expected = twin.effects(of: node)
      let edges = graph.denseColumn(column)
      let features = Array(edges[graph.layout.featureRange])
      let outputs = Array(edges[graph.layout.logitRange])
      #expect(Difference(features, expected.features, absolute: 5e-5, relative: 1e-3) == nil, "\(node)")
      #expect(Difference(outputs, expected.outputs, absolute: 1e-5, relative: 1e-3) == nil, "\(node)")
    }
  }

  @Test(
    "A row's edges and the constants add up to the pre-activation, or to the centred logit",
    arguments: TinyTransformer.forms, TinyBasis.forms)
  func rowSums(form: TinyTransformer, basis: TinyBasis) throws {
    let transformer = form.transformer(seed: 22)
    let model = try basis.model(transformer, tokens)
    let targets = model.chooser.tokens([3, 0, 49])
    let graph = try model.graph(targets)
    let constants = DirectEffects(model, tokens: [3, 0, 49]).constants()
    for (place, site) in model.features.sites.enumerated() {
      let sum = graph.edges.row(place).weights.reduce(0, +)
      let whole = sum + constants.features[place] + model.basis.readBias(site)
      #expect(abs(whole - model.features.values[place]) < 1e-4, "\(site)")
    }
    let logits = DirectEffects.centred(transformer.withoutSoftCap.run(tokens, logits: .last).logits.storage)
    for (place, row) in graph.layout.logitRange.enumerated() {
      let sum = graph.edges.row(row).weights.reduce(0, +) + constants.outputs[place]
      #expect(abs(sum - logits[targets[place].vocabularyIndex]) < 1e-4)
    }
  }

  @Test(
    "Doubling a decoder doubles its edges, takes as much from the errors, and leaves other features' alone")
  func linearity() throws {
    let transformer = TinyTransformer().transformer(seed: 23)
    for form in TinyTranscoders.forms {
      var set = form.set(for: transformer, tokens: tokens)
      let model = try LocalReplacementModel(transformer, set, tokens: tokens)
      let doubled = try #require(model.features.sites.first { $0.layer == 1 })
      set.transcoders[1].decoders = set.transcoders[1].decoders.map { stored in
        var decoder = stored.widened()
        decoder[row: doubled.index] = ArraySlice(decoder[row: doubled.index].map { 2 * $0 })
        return StoredMatrix(decoder)
      }
      let after = try LocalReplacementModel(transformer, set, tokens: tokens)
      let targets = model.chooser.salient(count: 3, mass: 1)
      let (old, new) = (try model.graph(targets), try after.graph(targets))
      for (column, feature) in old.layout.features.enumerated() {
        let isDoubled = feature.layer == 1 && feature.index == doubled.index
        let expected = old.denseColumn(column).map { isDoubled ? 2 * $0 : $0 }
        #expect(Difference(new.denseColumn(column), expected, absolute: 1e-6, relative: 1e-5) == nil)
      }
      for row in old.layout.featureRange.lowerBound..<old.layout.count {
        let change = new.edges.row(row).weights.reduce(0, +) - old.edges.row(row).weights.reduce(0, +)
        #expect(abs(change) < 1e-4)
      }
    }
  }

  @Test("The number of threads changes no bit", arguments: TinyBasis.forms)
  func threads(basis: TinyBasis) throws {
    let recipe = TinyTransformer("wider") {
      $0.hasPostNorms = true
      $0.dModel = 96
      $0.dMLP = 300
    }
    var random = SplitMix64(seed: 24)
    let prompt = random.tokens(24, vocabulary: 50)
    let graphs = try [1, 2, 3].map { count in
      let model = try basis.model(recipe.transformer(seed: 24, workers: Workers(count: count)), prompt)
      return try model.graph(model.chooser.salient(count: 5, mass: 1))
    }
    #expect(graphs[0].layout.features.count > 50)
    #expect(graphs[0] == graphs[1] && graphs[0] == graphs[2])
  }

  @Test(
    "The edges of a difference of two tokens are the difference of their edges",
    arguments: TinyTransformer.forms)
  func difference(form: TinyTransformer) throws {
    let model = try TinyBasis.forms[0].model(form.transformer(seed: 25), tokens)
    let graph = try model.graph(model.chooser.tokens([7, 31]))
    let target = model.chooser.difference(7, minus: 31)
    let difference = try model.graph([target])
    #expect(target.weight == 1 && target.vocabularyIndex == 50 && target.label == "t7 − t31")
    let rows = graph.layout.logitRange.map { graph.denseRow($0)[..<graph.layout.logitRange.lowerBound] }
    let expected = zip(rows[0], rows[1]).map { $0 - $1 }
    let row = difference.denseRow(difference.layout.logitRange.lowerBound)
    #expect(Difference(row.dropLast(), expected, absolute: 1e-5, relative: 1e-4) == nil)
  }

  @Test("A feature's row does not depend on what else is asked for")
  func independence() throws {
    let model = try TinyBasis.forms[5].model(TinyTransformer().transformer(seed: 26), tokens)
    let one = try model.graph(model.chooser.tokens([5]))
    let many = try model.graph(model.chooser.salient(count: 20, mass: 1))
    for row in one.layout.featureRange {
      #expect(Difference(one.edges.row(row).weights, many.edges.row(row).weights, absolute: 1e-6) == nil)
    }
  }

  @Test("Prompts of one token and of two", arguments: TinyTransformer.forms, TinyBasis.forms)
  func shortPrompts(form: TinyTransformer, basis: TinyBasis) throws {
    for tokens in [[8], [8, 8], [3, 40]] {
      let model = try basis.model(form.transformer(seed: 27), tokens)
      let targets = model.chooser.salient(count: 3, mass: 1)
      let graph = try model.graph(targets)
      let twin = DirectEffects(model, tokens: targets.map(\.vocabularyIndex))
      #expect(tokens.count > 1 || graph.layout.features.isEmpty)
      for column in 0..<graph.layout.logitRange.lowerBound {
        let expected = twin.effects(of: graph.layout.node(at: column))
        let edges = graph.denseColumn(column)
        let found = Array(edges[graph.layout.featureRange] + edges[graph.layout.logitRange])
        #expect(
          Difference(found, expected.features + expected.outputs, absolute: 5e-5, relative: 1e-3) == nil)
      }
    }
  }
}

extension Transformer {
  /// The same model without a cap on its logits.
  fileprivate var withoutSoftCap: Transformer {
    var configuration = configuration
    configuration.logitSoftCap = nil
    return Transformer(configuration: configuration, weights: weights, workers: workers)
  }
}
