import Interventions
import LinearAlgebra
import Studies
import Testing
import Transcoders
import Transformers
import _TestSupport

@Suite("Overlap of features")
struct FeatureOverlapTests {
  private let transformer = TinyTransformer().transformer(seed: 41)

  private func texts(_ items: Int, seed: UInt64 = 6) -> [[[Int]]] {
    var random = SplitMix64(seed: seed)
    return (0..<items).map { _ in (0..<3).map { _ in random.tokens(6, vocabulary: 50) } }
  }

  private func probe(_ form: TinyTranscoders = TinyTranscoders.forms[1]) -> FeatureProbe {
    FeatureProbe(transformer, form.set(for: transformer, tokens: [4, 9, 2, 9, 17, 30]))
  }

  @Test("It is that of sets, item by item", arguments: TinyTranscoders.forms)
  func twin(form: TinyTranscoders) throws {
    let (probe, texts) = (probe(form), texts(5))
    let overlap = try FeatureOverlap(probe, languages: ["x", "y", "z"], texts: texts, Workers(count: 2))
    #expect(overlap.pairs.map(\.languages) == [[0, 1], [0, 2], [1, 2]] && overlap.items == 5)
    for layer in 0..<3 {
      let set = { (item: Int, language: Int) -> Set<Int> in
        Set(probe.activations(texts[item][language]).sites.filter { $0.layer == layer }.map(\.index))
      }
      let share = { (one: Set<Int>, other: Set<Int>) -> Double in
        Double(one.intersection(other).count) / Double(one.union(other).count)
      }
      let parallel = (0..<5).map { share(set($0, 0), set($0, 2)) }
      let unrelated = (0..<5).map { item in
        (0..<5).filter { $0 != item }.map { share(set(item, 0), set($0, 2)) }.reduce(0, +) / 4
      }
      let found = overlap.pairs[1].layers[layer]
      #expect(abs(try #require(found.parallel.mean) - parallel.reduce(0, +) / 5) < 1e-12)
      #expect(abs(try #require(found.unrelated.mean) - unrelated.reduce(0, +) / 5) < 1e-12)
      let all = overlap.pairs.compactMap(\.layers[layer].parallel.mean)
      #expect(abs(try #require(overlap.layers[layer].parallel.mean) - all.reduce(0, +) / 3) < 1e-12)
    }
  }

  @Test("Texts that are the same share all; random ones share no more when they are called parallel")
  func laws() throws {
    let same = texts(24).map { [$0[0], $0[0]] }
    let equal = try FeatureOverlap(probe(), languages: ["x", "y"], texts: same, Workers(count: 2))
    for layer in equal.layers {
      #expect(layer.parallel.mean == 1 && layer.unrelated.mean ?? 1 < 0.95)
      #expect(try #require(layer.difference.range).lowerBound > 0)
    }
    let random = try FeatureOverlap(
      probe(), languages: ["x", "y"], texts: texts(24).map { Array($0[0...1]) }, Workers(count: 2))
    for layer in random.layers {
      let range = try #require(layer.difference.range)
      #expect(range.contains(0), "\(range)")
    }
  }

  @Test("Neurons count where they are strong, and the number of threads changes nothing")
  func neurons() throws {
    let probe = FeatureProbe(transformer, ModelNeurons(transformer))
    let found = try [1, 3].map {
      try FeatureOverlap(probe, languages: ["x", "y", "z"], texts: texts(6), Workers(count: $0))
    }
    #expect(found[0] == found[1])
    #expect(found[0].layers.allSatisfy { ($0.unrelated.mean ?? 1) < 0.9 && ($0.unrelated.mean ?? 0) > 0 })
  }

  @Test("An interval holds its mean, narrows with more values, and is the same each time")
  func bootstrap() throws {
    var random = SplitMix64(seed: 2)
    let values = (0..<400).map { _ in Double.random(in: 0...1, using: &random) }
    let (few, many) = (MeanEstimate(of: Array(values.prefix(40))), MeanEstimate(of: values))
    let widths = try [few, many].map { estimate in
      let range = try #require(estimate.range)
      #expect(range.contains(estimate.mean ?? -1))
      return range.upperBound - range.lowerBound
    }
    // ± 1.96 σ/√n with σ² = 1/12.
    #expect(abs(widths[1] - 2 * 1.96 * (1.0 / 12 / 400).squareRoot()) < 0.008 && widths[0] > 2 * widths[1])
    #expect(many == MeanEstimate(of: values) && MeanEstimate(of: []).mean == nil)
    #expect(MeanEstimate(of: [0.5]).interval == [0.5, 0.5])
  }
}
