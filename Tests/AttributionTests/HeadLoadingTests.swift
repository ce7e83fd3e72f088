import Attribution
import CircuitGraphs
import LinearAlgebra
import ReplacementModels
import Testing
import Transcoders
import Transformers
import _TestSupport

@Suite("Head loadings")
struct HeadLoadingTests {
  private static let tokens = [4, 9, 2, 9, 17, 30]

  /// A traced prompt, and what asks for its heads.
  private struct Traced {
    let model: LocalReplacementModel
    let targets: [AttributionTarget]
    let graph: AttributionGraph
    let heads: HeadAttributor

    init(
      _ form: TinyTransformer, _ basis: TinyBasis, seed: UInt64, tokens: [Int] = HeadLoadingTests.tokens,
      options: AttributionOptions = everything, workers: Workers = Workers(count: 2)
    ) throws {
      model = try basis.model(form.transformer(seed: seed, workers: workers), tokens)
      targets = model.chooser.salient(count: 2, mass: 1)
      graph = try model.graph(targets, options)
      heads = HeadAttributor(model, graph: graph, targets: targets, unexpanded: options.unexpanded)
    }

    /// The outputs, and every `step`-th feature.
    func readers(step: Int) -> [Int] {
      graph.layout.featureRange.filter { $0 % step == step / 2 } + Array(graph.layout.logitRange)
    }

    /// All edges of some targets, with their weights.
    func edges(of readers: [Int]) -> (edges: [GraphEdge], weights: [Float]) {
      var edges: [GraphEdge] = [], weights: [Float] = []
      for reader in readers {
        let row = graph.edges.row(reader)
        for (column, weight) in zip(row.columns, row.weights) {
          edges.append(
            GraphEdge(from: graph.layout.node(at: Int(column)), to: graph.layout.node(at: reader)))
          weights.append(weight)
        }
      }
      return (edges, weights)
    }
  }

  @Test(
    "The parts add up to the graph's edge, from features, tokens, and errors that stand for other features too",
    arguments: TinyTransformer.forms, TinyBasis.forms)
  func sums(form: TinyTransformer, basis: TinyBasis) throws {
    for unexpanded in [AttributionOptions.UnexpandedFeatures.countAsError, .leftOut] {
      let options = AttributionOptions(maxFeatureNodes: 30, coverage: nil, unexpanded: unexpanded)
      let traced = try Traced(form, basis, seed: 61, options: options)
      let (edges, weights) = traced.edges(of: traced.readers(step: 5))
      let loadings = traced.heads.loadings(of: edges)
      #expect(edges.count > 60)
      #expect(Difference(loadings.map(\.weight), weights, absolute: 5e-5, relative: 1e-3) == nil)
      for loading in loadings {
        let sum = loading.single.storage.reduce(loading.direct + loading.several, +)
        #expect(abs(sum - loading.weight) < 1e-5)
      }
    }
  }

  @Test(
    "What passes a head is what the edge loses when the head's output is zeroed and patterns stay",
    arguments: TinyTransformer.forms, TinyBasis.forms)
  func cuts(form: TinyTransformer, basis: TinyBasis) throws {
    let traced = try Traced(form, basis, seed: 62)
    let ids = traced.targets.map(\.vocabularyIndex)
    let whole = DirectEffects(traced.model, tokens: ids)
    let layout = traced.graph.layout
    let sources =
      stride(from: 3, to: layout.logitRange.lowerBound, by: 17).map { layout.node(at: $0) }
      + [.token(position: 0)]
    let readers = traced.readers(step: 11).map { layout.node(at: $0) }
    let edges = sources.flatMap { source in readers.map { GraphEdge(from: source, to: $0) } }
    let loadings = traced.heads.loadings(of: edges)
    let transformer = traced.model.transformer
    for layer in 0..<form.layerCount {
      for head in 0..<form.headCount {
        let cut = DirectEffects(
          traced.model, tokens: ids, pass: transformer.frozen(Self.tokens, without: head, of: layer))
        let lost = sources.flatMap { source in
          zip(read(whole, source, readers, layout), read(cut, source, readers, layout)).map { $0 - $1 }
        }
        let through = loadings.map { $0.through[layer, head] }
        #expect(Difference(through, lost, absolute: 1e-4, relative: 1e-3) == nil, "\(layer).\(head)")
      }
    }
  }

  /// What a source does to some nodes.
  private func read(
    _ effects: DirectEffects, _ source: Node, _ readers: [Node], _ layout: NodeLayout
  ) -> [Float] {
    let (features, outputs) = effects.effects(of: source)
    return readers.compactMap { reader in
      if case .logit(let rank) = reader {
        outputs[rank]
      } else {
        layout.index(of: reader).map { features[$0] }
      }
    }
  }

  @Test(
    "Every part is the sum over the paths that belong to it, each followed by itself",
    arguments: TinyTransformer.forms, TinyBasis.forms)
  func paths(form: TinyTransformer, basis: TinyBasis) throws {
    let traced = try Traced(form, basis, seed: 63)
    let twin = DirectEffects(traced.model, tokens: traced.targets.map(\.vocabularyIndex))
    let layout = traced.graph.layout
    let (all, _) = traced.edges(of: traced.readers(step: 29))
    let last = layout.node(at: layout.logitRange.lowerBound)
    let edges =
      stride(from: 0, to: all.count, by: 23).map { all[$0] }
      + [GraphEdge(from: .token(position: 0), to: last), GraphEdge(from: .token(position: 5), to: last)]
    for (edge, loading) in zip(edges, traced.heads.loadings(of: edges)) {
      let sums = PathSums(twin, from: edge.source, to: edge.target)
      let parts = [loading.weight, loading.direct, loading.several]
      let name = "\(edge.source) → \(edge.target)"
      #expect(Difference(parts, [sums.weight, sums.direct, sums.several], absolute: 1e-4) == nil, "\(name)")
      let heads = loading.single.storage.indices
      #expect(Difference(loading.single.storage, heads.map(sums.single), absolute: 5e-5) == nil, "\(name)")
      #expect(Difference(loading.through.storage, heads.map(sums.through), absolute: 1e-4) == nil, "\(name)")
    }
    #expect(traced.heads.loadings(of: edges).contains { abs($0.several) > 1e-3 })
  }

  @Test("The number of threads, and which edges are asked for together, change no bit")
  func threads() throws {
    let recipe = TinyTransformer("wider") {
      $0.hasPostNorms = true
      $0.dModel = 96
    }
    var random = SplitMix64(seed: 64)
    let prompt = random.tokens(24, vocabulary: 50)
    for basis in TinyBasis.forms {
      let found = try [1, 2, 3].map { count in
        let traced = try Traced(
          recipe, basis, seed: 64, tokens: prompt, workers: Workers(count: count))
        return traced.heads.loadings(of: traced.graph.strongestEdges(150))
      }
      #expect(found[0].count == 150 && found[0] == found[1] && found[0] == found[2])
    }
  }

  @Test("Prompts of one token and of two", arguments: TinyTransformer.forms, TinyBasis.forms)
  func shortPrompts(form: TinyTransformer, basis: TinyBasis) throws {
    for tokens in [[8], [3, 40]] {
      let traced = try Traced(form, basis, seed: 65, tokens: tokens)
      let (edges, weights) = traced.edges(of: traced.readers(step: 1))
      let loadings = traced.heads.loadings(of: edges)
      #expect(Difference(loadings.map(\.weight), weights, absolute: 5e-5, relative: 1e-3) == nil)
    }
  }

  @Test("The heads that carry most come first; an edge against the order of layers has no parts")
  func order() throws {
    let traced = try Traced(TinyTransformer(), TinyBasis.forms[0], seed: 66)
    let layout = traced.graph.layout
    let top = try #require(layout.features.last)
    let upward = GraphEdge(from: .token(position: 1), to: .logit(rank: 0))
    let backward = GraphEdge(from: .feature(top), to: .feature(layout.features[0]))
    let loadings = traced.heads.loadings(of: [backward, upward, upward])
    #expect(traced.heads.loadings(of: []).isEmpty)
    #expect(loadings[0].weight == 0 && loadings[0].direct == 0 && loadings[0].strongest(99).isEmpty)
    #expect(loadings[1] == loadings[2])
    let strongest = loadings[1].strongest(99)
    #expect(strongest.count == 12 && loadings[1].strongest(2) == Array(strongest.prefix(2)))
    #expect(zip(strongest, strongest.dropFirst()).allSatisfy { abs($0.through) >= abs($1.through) })
    for loading in strongest {
      #expect(loading.through == loadings[1].through[loading.layer, loading.head])
      #expect(loading.single == loadings[1].single[loading.layer, loading.head])
    }
  }
}

extension Transformer {
  /// The frozen pass of a prompt whose patterns are the model's, without what one head writes.
  fileprivate func frozen(_ tokens: [Int], without head: Int, of layer: Int) -> FrozenPass {
    let recording = FrozenPass.recording(layerCount: configuration.layerCount)
    let activations = run(tokens, recording: recording, logits: .last).activations
    var weights = weights
    let output = weights.blocks[layer].output
    var columns = [Float](repeating: 1, count: output.weight.columns)
    for column in head * configuration.dHead..<(head + 1) * configuration.dHead { columns[column] = 0 }
    var matrix = output.weight.widened()
    matrix.scaleColumns(by: columns)
    weights.blocks[layer].output = Linear(weight: StoredMatrix(matrix), bias: output.bias)
    let cut = Transformer(configuration: configuration, weights: weights, workers: workers)
    return FrozenPass(cut, activations)
  }
}
