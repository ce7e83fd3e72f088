import LinearAlgebra
import Testing
import Transcoders
import Transformers
import _TestSupport

@testable import FeatureDashboards

@Suite("Weights between features")
struct WeightsTests {
  /// Models with norms of every kind.
  static let models = TinyTransformer.forms

  private func set(_ form: TinyTranscoders, _ transformer: Transformer) -> TranscoderSet {
    form.set(
      layerCount: transformer.configuration.layerCount, dModel: transformer.configuration.dModel, seed: 5)
  }

  /// What a feature writes at an output layer, in the stream; nil where it writes nothing.
  private func written(
    _ set: TranscoderSet, _ transformer: Transformer, _ name: FeatureName, _ layer: Int
  ) -> [Double]? {
    guard let vectors = set.writeVectors(layer: name.layer, outputLayer: layer) else { return nil }
    let row = vectors.widened()[row: name.index].map(Double.init)
    guard set.output == .mlpRawOut, let norm = transformer.weights.blocks[layer].mlpPostNorm else {
      return row
    }
    return zip(row, norm.weight).map { $0 * Double($1) }
  }

  /// The weight by plain loops.
  private func naive(
    _ set: TranscoderSet, _ transformer: Transformer, from source: FeatureName, to target: FeatureName
  ) -> Double {
    guard source.layer < target.layer else { return 0 }
    let site = FeatureSite(layer: target.layer, position: 0, index: target.index)
    let read = set.readVectors(layer: target.layer, sites: [site])[row: 0].map(Double.init)
    let norm = transformer.weights.blocks[target.layer].mlpNorm.weight
    var sum = 0.0
    for layer in source.layer..<target.layer {
      guard var vector = written(set, transformer, source, layer) else { continue }
      if set.input != .residMid, transformer.configuration.norm.isCentred {
        let mean = vector.reduce(0, +) / Double(vector.count)
        vector = vector.map { $0 - mean }
      }
      for column in vector.indices {
        sum += vector[column] * read[column] * (set.input == .mlpIn ? Double(norm[column]) : 1)
      }
    }
    return sum
  }

  @Test(
    "Virtual weights are those of plain loops, seen from either side", arguments: models,
    TinyTranscoders.forms)
  func virtualWeights(model: TinyTransformer, form: TinyTranscoders) throws {
    let transformer = model.transformer(seed: 61)
    let set = set(form, transformer)
    let weights = try #require(VirtualWeights(transformer, .transcoders(set)))
    let workers = Workers(count: 2)
    let target = FeatureName(layer: 2, index: 3)
    let inputs = weights.inputs(of: target, workers)
    #expect(inputs.count == 2)
    for (layer, row) in inputs.enumerated() {
      #expect(row.count == form.featureCount)
      for index in stride(from: 0, to: row.count, by: 3) {
        let source = FeatureName(layer: layer, index: index)
        let expected = naive(set, transformer, from: source, to: target)
        #expect(abs(Double(row[index]) - expected) < 2e-4 * (1 + abs(expected)))
        let outputs = weights.outputs(of: source, workers)
        #expect(
          outputs.count == transformer.configuration.layerCount && outputs[...layer].allSatisfy(\.isEmpty))
        #expect(abs(Double(outputs[2][3]) - expected) < 2e-4 * (1 + abs(expected)))
      }
    }
  }

  @Test("Neurons have no virtual weights")
  func neurons() { #expect(VirtualWeights(TinyTransformer().transformer(seed: 1), .neurons) == nil) }

  @Test("Similar features are those of plain cosines", arguments: TinyTranscoders.forms)
  func similar(form: TinyTranscoders) {
    let transformer = TinyTransformer("norms behind") { $0.hasPostNorms = true }.transformer(seed: 62)
    let set = set(form, transformer)
    let name = FeatureName(layer: 1, index: 7)
    let found = FeatureWrites(transformer, .transcoders(set)).similar(to: name, limit: 12, Workers(count: 2))
    let layers = 0..<transformer.configuration.layerCount
    let whole = { (name: FeatureName) -> [Double] in
      guard set.isCrossLayer else { return written(set, transformer, name, name.layer) ?? [] }
      return layers.flatMap { written(set, transformer, name, $0) ?? Array(repeating: 0, count: 24) }
    }
    let cosine = { (a: [Double], b: [Double]) -> Double in
      let product = { (a: [Double], b: [Double]) in zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
      return product(a, b) / (product(a, a) * product(b, b)).squareRoot()
    }
    let all = layers.flatMap { layer in (0..<form.featureCount).map { FeatureName(layer: layer, index: $0) } }
      .filter { $0 != name }.map { (name: $0, cosine: cosine(whole(name), whole($0))) }
      .sorted { $0.cosine > $1.cosine }
    #expect(found.map(\.name) == all.prefix(12).map(\.name))
    for (found, expected) in zip(found, all) { #expect(abs(Double(found.cosine) - expected.cosine) < 1e-5) }
  }

  @Test("Similar neurons are those of the columns of W_down")
  func similarNeurons() {
    let transformer = TinyTransformer().transformer(seed: 63)
    let found = FeatureWrites(transformer, .neurons).similar(
      to: FeatureName(layer: 0, index: 4), limit: 3, Workers(count: 1))
    let columns = transformer.weights.blocks.map { $0.down.weight.widened().transposed() }
    let own = columns[0][row: 4]
    for similar in found {
      let other = columns[similar.name.layer][row: similar.name.index]
      let expected = dot(own, other) / (dot(own, own) * dot(other, other)).squareRoot()
      #expect(abs(similar.cosine - expected) < 1e-5 && similar.name != FeatureName(layer: 0, index: 4))
    }
    #expect(found.count == 3)
  }

  @Test("Sums of co-activation are those of plain loops, for any number of threads")
  func coactivation() {
    let reader = MadeUpActivity()
    let contexts = (0..<7).map { Vocabulary.text(40 + $0, seed: UInt64(50 + $0)) }
    let name = FeatureName(layer: 1, index: 4)
    let found = Coactivation(of: name, contexts, reader, Workers(count: 2))
    #expect(found == Coactivation(of: name, contexts, reader, Workers(count: 1)))
    var (places, active, sum) = (0, 0, 0.0)
    var others: [FeatureName: Coactivation.Sums] = [:]
    for context in contexts {
      for place in context.indices where reader.counts(place, of: context) {
        places += 1
        let own = Double(reader.value(4, place, context))
        if own > 0 { active += 1 }
        sum += own
        for feature in 0..<reader.features where feature != 4 {
          let value = Double(reader.value(feature, place, context))
          guard value > 0 else { continue }
          var sums = others[FeatureName(layer: feature % 3, index: feature)] ?? .init()
          sums.sum += value
          if own > 0 {
            sums.both += 1
            sums.product += own * value
            sums.sumWithin += value
            sums.ownWithin += own
          }
          others[FeatureName(layer: feature % 3, index: feature)] = sums
        }
      }
    }
    #expect(
      found.places == places && found.activePlaces == active && found.sum == sum && found.others == others)
    #expect(active > 10)
  }

  @Test("TWERA by hand, and interference left out and counted")
  func neighbours() throws {
    struct Three: ActivityReader {
      // At two places of three both are active; the third feature never is with the first.
      static let values: [[Int: Float]] = [[:], [0: 2, 1: 3], [0: 4, 1: 1], [1: 5, 2: 7]]
      func counts(_ place: Int, of tokens: [Int]) -> Bool { place > 0 }
      func activity(_ tokens: [Int]) -> [[(name: FeatureName, value: Float)]] {
        Three.values.map { values in
          values.sorted { $0.key < $1.key }.map { (FeatureName(layer: $0.key, index: 0), $0.value) }
        }
      }
    }
    let coactivation = Coactivation(
      of: FeatureName(layer: 0, index: 0), [[0, 0, 0, 0]], Three(), Workers(count: 1))
    // Outputs of 0/0: V = −2 to 1/0, 50 to 2/0.
    let outputs = Neighbours([[], [-2], [50]], areInputs: false, coactivation, limit: 5)
    let only = try #require(outputs.strongest.first)
    #expect(outputs.strongest.count == 1 && outputs.interfering == 1 && only.together == 2)
    // E[a_t a_s] = (3·2 + 1·4)/3, E[a_t] = 9/3; E[1(a_t > 0) a_s] = (2 + 4)/3.
    #expect(abs(only.weighted - 10.0 / 9 * -2) < 1e-12 && abs(only.expected - 2 * -2) < 1e-12)
    // As an input the target is 0/0: E[a_t] = 6/3, E[1(a_t > 0) a_s] = (3 + 1)/3.
    let inputs = Neighbours([[], [-2], [50]], areInputs: true, coactivation, limit: 5)
    #expect(abs((inputs.strongest.first?.weighted ?? 0) - 10.0 / 6 * -2) < 1e-12)
    #expect(abs((inputs.strongest.first?.expected ?? 0) - 4.0 / 3 * -2) < 1e-12)
    #expect(
      Neighbours([[], [-2], [50]], areInputs: true, coactivation, leastTogether: 3, limit: 5).strongest
        .isEmpty)
  }

  @Test("What is active in a text is what the transcoders compute", arguments: TinyTranscoders.forms)
  func basisActivity(form: TinyTranscoders) {
    let transformer = TinyTransformer().transformer(seed: 64)
    var random = SplitMix64(seed: 65)
    let tokens = [7] + random.tokens(11, vocabulary: 50)
    let set = form.set(for: transformer, tokens: tokens, seed: 3)
    let activity = BasisActivity(transformer, .transcoders(set), first: 7).activity(tokens)
    let expected = set.activations(inputs: form.inputs(transformer, tokens), Workers(count: 1))
    var sites = 0
    for (site, value) in zip(expected.sites, expected.values) where value > 0 && tokens[site.position] != 7 {
      let found = activity[site.position].first {
        $0.name == FeatureName(layer: site.layer, index: site.index)
      }
      #expect(found.map { abs($0.value - value) < 1e-4 } == true)
      sites += 1
    }
    #expect(activity.reduce(0) { $0 + $1.count } == sites && activity[0].isEmpty && sites > 0)
  }
}
