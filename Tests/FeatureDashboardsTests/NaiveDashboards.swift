import FeatureDashboards
import LinearAlgebra
import Transformers

/// Dashboards by definition, from all activations of all features at once.
struct NaiveDashboards {
  /// A position at which a feature is active.
  struct Firing {
    var passage: Int
    var position: Int
    var value: Float
  }

  let settings: DashboardSettings
  let passages: [Passage]
  /// The firings of each feature in the order of the text.
  private(set) var firings: [FeatureName: [Firing]] = [:]
  private(set) var positionCount = 0

  init(_ corpus: DashboardCorpus) throws {
    settings = corpus.settings
    passages = try corpus.builder().passages()
    let transformer = corpus.model.transformer
    for passage in passages {
      let counted = passage.tokens.indices.filter { $0 > 0 && passage.tokens[$0] != 1 }
      positionCount += counted.count
      let hooks = (0..<transformer.configuration.layerCount).map { HookPoint(corpus.basis.hook, layer: $0) }
      let recorded = transformer.run(passage.tokens, recording: Set(hooks), logits: .none).activations
      for hook in hooks {
        guard let matrix = recorded[hook.kind, hook.layer] else { continue }
        let active = corpus.basis.activations(layer: hook.layer, matrix, Workers(count: 1))
        for position in counted {
          for entry in active.range(position) {
            let name = FeatureName(layer: hook.layer, index: Int(active.features[entry]))
            firings[name, default: []].append(
              Firing(passage: passage.id, position: position, value: active.values[entry]))
          }
        }
      }
    }
  }

  /// The strongest place of each passage; of those with the same text around them the strongest; the strongest of those.
  func strongest(_ name: FeatureName) -> [FeatureExample] {
    let places = Dictionary(grouping: firings[name] ?? [], by: \.passage).values.compactMap { firings in
      firings.max { ($0.value, $1.position) < ($1.value, $0.position) }
    }
    let distinct = Dictionary(grouping: places, by: text).values.compactMap { places in
      places.max { ($0.value, $1.passage) < ($1.value, $0.passage) }
    }
    return distinct.sorted { ($0.value, $1.passage) > ($1.value, $0.passage) }.prefix(settings.topCount).map {
      example($0, of: name)
    }
  }

  /// Of each passage the position that draws the lowest number; of those with the same text the lowest; the lowest of those,
  /// cut in four by strength, of each quarter the lowest.
  func quantiles(_ name: FeatureName) -> [[FeatureExample]] {
    let key = MixedBits.key(seed: settings.seed, layer: name.layer, index: name.index)
    let drawn = (firings[name] ?? []).map { firing in
      let position = firing.passage * settings.contextLength + firing.position
      return (firing: firing, draw: MixedBits.draw(key: key, position: position))
    }
    let places = Dictionary(grouping: drawn) { $0.firing.passage }.values.compactMap { drawn in
      drawn.min { $0.draw < $1.draw }
    }
    let distinct = Dictionary(grouping: places) { text($0.firing) }.values.compactMap { drawn in
      drawn.min { $0.draw < $1.draw }
    }
    let sample = distinct.sorted { $0.draw < $1.draw }.prefix(8 * settings.quantileCount)
    let order = sample.sorted { ($0.firing.value, $1.draw) > ($1.firing.value, $0.draw) }
    return (0..<4).map { quarter in
      let members = order[quarter * order.count / 4..<(quarter + 1) * order.count / 4]
      let chosen = Set(members.map(\.draw).sorted().prefix(settings.quantileCount))
      return members.filter { chosen.contains($0.draw) }.map { example($0.firing, of: name) }
    }
  }

  /// The tokens up to eight before and behind a place.
  private func text(_ firing: Firing) -> [Int] {
    let tokens = passages[firing.passage].tokens
    return Array(tokens[max(0, firing.position - 8)..<min(tokens.count, firing.position + 9)])
  }

  private func example(_ firing: Firing, of name: FeatureName) -> FeatureExample {
    let passage = passages[firing.passage]
    let low = max(0, firing.position - settings.window)
    let high = min(passage.tokens.count - 1, firing.position + settings.window)
    let activations = (low...high).map { position in
      (firings[name] ?? []).first { $0.passage == firing.passage && $0.position == position }?.value ?? 0
    }
    return FeatureExample(
      passage: firing.passage, start: low, document: passage.documents[firing.position],
      tokens: Array(passage.tokens[low...high]), activations: activations, focus: firing.position - low)
  }

  /// 64 bins up to the least power of two above the greatest activation.
  func histogram(_ name: FeatureName) -> ActivationHistogram {
    let values = (firings[name] ?? []).map(\.value)
    guard let greatest = values.max() else { return ActivationHistogram(greatest: 0, counts: []) }
    var end: Float = 1
    while end <= greatest { end *= 2 }
    while end / 2 > greatest { end /= 2 }
    var counts = [Int](repeating: 0, count: 64)
    for value in values { counts[Int(value / end * 64)] += 1 }
    return ActivationHistogram(greatest: end, counts: counts)
  }

  /// All tokens at which a feature is active.
  func firingTokens(_ name: FeatureName) -> [Int: (count: Int, sum: Double)] {
    (firings[name] ?? []).reduce(into: [:]) { found, firing in
      let token = passages[firing.passage].tokens[firing.position]
      found[token, default: (0, 0)].count += 1
      found[token, default: (0, 0)].sum += Double(firing.value)
    }
  }

  /// Positions where both are active over positions where either is.
  func overlap(_ left: FeatureName, _ right: FeatureName) -> Float {
    let places = [left, right].map { name in
      Set((firings[name] ?? []).map { $0.passage * settings.contextLength + $0.position })
    }
    return Float(places[0].intersection(places[1]).count) / Float(places[0].union(places[1]).count)
  }
}
