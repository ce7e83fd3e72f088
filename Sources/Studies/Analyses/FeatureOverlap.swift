public import LinearAlgebra
import Transcoders

/// How many features texts of the same meaning share, layer by layer, beside texts that have nothing to do with each other
/// (biology paper, "Multilingual circuits": how general features are).
///
/// The overlap of two texts in a layer is the number of features active anywhere in both over the number active in either.
public struct FeatureOverlap: Sendable, Codable, Equatable {
  /// The overlap in one layer.
  public struct Layer: Sendable, Codable, Equatable {
    /// Of texts of one item.
    public var parallel: MeanEstimate
    /// Of texts of different items, in the same pairs of languages.
    public var unrelated: MeanEstimate
    /// Of the first less the second, item by item.
    public var difference: MeanEstimate
  }

  /// The overlap of two languages.
  public struct Pair: Sendable, Codable, Equatable {
    /// The languages' places in ``languages``.
    public var languages: [Int]
    /// One for each layer.
    public var layers: [Layer]
  }

  /// What texts differ in.
  public var languages: [String]
  /// How many items there are.
  public var items: Int
  /// All pairs of languages together, one for each layer.
  public var layers: [Layer]
  /// Each pair of languages.
  public var pairs: [Pair]
}

extension FeatureOverlap {
  /// How many other items each one is compared with.
  private static let others = 16

  /// Measures the overlap.
  ///
  /// 1. Each text gives a set of active features for each layer, position 0 left out. Neurons are hardly ever zero: they
  ///    count as active beyond half of the greatest magnitude that they have over all texts.
  /// 2. For each pair of languages, each item's two texts are compared; and each item's text in the one language with the
  ///    texts of up to 16 other items in the other language.
  /// 3. An item's value is the mean over pairs of languages; intervals are bootstrapped over items.
  ///
  /// - Parameters:
  ///   - texts: For each item the tokens of its text in each language.
  ///   - progress: Told how many texts are read; what it throws ends the work.
  public init(
    _ probe: FeatureProbe, languages: [String], texts: [[[Int]]], _ workers: Workers,
    progress: (Int) throws -> Void = { _ in }
  ) rethrows {
    precondition(languages.count > 1 && texts.count > 1, "\(languages.count) languages, \(texts.count) items")
    precondition(texts.allSatisfy { $0.count == languages.count }, "items without all languages")
    let sets = try ActiveSets(probe, texts.flatMap { $0 }, workers, progress: progress)
    self.languages = languages
    items = texts.count
    let names = languages.indices
    let places = names.flatMap { first in names.filter { $0 > first }.map { [first, $0] } }
    let values = workers.map(places) {
      OverlapValues(sets, pair: $0, languages: names.count, items: texts.count)
    }
    pairs = zip(places, values).map { Pair(languages: $0, layers: $1.layers) }
    layers = OverlapValues(mean: values).layers
  }

  /// How many others an item is compared with.
  static func otherCount(items: Int) -> Int { min(others, items - 1) }
}

/// The overlaps of each item, by layer; nil where no text has a feature.
private struct OverlapValues: Sendable {
  private var parallel: [[Double?]]
  private var unrelated: [[Double?]]

  init(_ sets: ActiveSets, pair: [Int], languages: Int, items: Int) {
    let text = { (item: Int, language: Int) in item % items * languages + pair[language] }
    let count = FeatureOverlap.otherCount(items: items)
    parallel = (0..<sets.layerCount).map { layer in
      (0..<items).map { sets.overlap(text($0, 0), text($0, 1), layer: layer) }
    }
    unrelated = (0..<sets.layerCount).map { layer in
      (0..<items).map { item in
        let all = (1...count).compactMap { sets.overlap(text(item, 0), text(item + $0, 1), layer: layer) }
        return all.isEmpty ? nil : all.reduce(0, +) / Double(all.count)
      }
    }
  }

  /// The mean over pairs of languages, item by item.
  init(mean all: [OverlapValues]) {
    let mean = { (values: [[[Double?]]]) in
      (values.first ?? []).indices.map { layer in
        (values[0][layer]).indices.map { item -> Double? in
          let known = values.compactMap { $0[layer][item] }
          return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
        }
      }
    }
    parallel = mean(all.map(\.parallel))
    unrelated = mean(all.map(\.unrelated))
  }

  var layers: [FeatureOverlap.Layer] {
    zip(parallel, unrelated).map { parallel, unrelated in
      FeatureOverlap.Layer(
        parallel: MeanEstimate(of: parallel.compactMap { $0 }),
        unrelated: MeanEstimate(of: unrelated.compactMap { $0 }),
        difference: MeanEstimate(
          of: zip(parallel, unrelated).compactMap { one, other in
            one.flatMap { one in other.map { one - $0 } }
          }))
    }
  }
}
