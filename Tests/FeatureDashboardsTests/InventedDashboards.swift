import FeatureDashboards
import Foundation
import LinearAlgebra

/// Random dashboards, for what needs no model.
struct InventedDashboards {
  let info: DashboardInfo
  let texts: [String]
  let passages: [Passage]
  let dashboards: [FeatureDashboard]

  init(layers: Int = 3, features: Int = 40, passages passageCount: Int = 30, seed: UInt64 = 1) {
    var random = SplitMix64(seed: seed)
    texts = (0..<200).map { $0 % 7 == 0 ? "词\($0)" : " word\($0)" }
    let passages = (0..<passageCount).map { id in
      Passage(
        id: id, tokens: (0..<40).map { _ in Int.random(in: 0..<200, using: &random) },
        documents: (0..<40).map { id * 2 + $0 / 25 })
    }
    dashboards = (0..<layers * features).map { number in
      InventedDashboards.dashboard(
        FeatureName(layer: number / features, index: number % features), passages, layers, features, &random)
    }
    self.passages = passages
    info = DashboardInfo(
      identity: "identity-\(seed)", basis: "invented", model: "tiny",
      featureCounts: Array(repeating: features, count: layers), corpus: "words",
      tokenCount: 40 * passageCount,
      positionCount: 39 * passageCount, selection: "some")
  }

  private static func dashboard(
    _ name: FeatureName, _ passages: [Passage], _ layers: Int, _ features: Int, _ random: inout SplitMix64
  ) -> FeatureDashboard {
    let active = Int.random(in: 0..<500, using: &random)
    guard active > 0 else { return FeatureDashboard(name: name) }
    let greatest = Float.random(in: 1..<9, using: &random)
    let effects = { (random: inout SplitMix64, sign: Float) in
      (0..<10).map { rank in
        TokenEffects.Effect(
          token: Int.random(in: 0..<200, using: &random), value: sign * Float(12 - rank) / 3)
      }
    }
    return FeatureDashboard(
      name: name, density: Double(active) / Double(39 * passages.count), activePositions: active,
      meanActivation: Double(greatest) / 3, activationRange: ActivationRange(least: 0.01, greatest: greatest),
      histogram: ActivationHistogram(
        greatest: greatest < 2 ? 2 : greatest < 4 ? 4 : greatest < 8 ? 8 : 16,
        counts: (0..<64).map { _ in Int.random(in: 0..<40, using: &random) }),
      exampleGroups: ["Top activations", "75%–100%", "0%–25%"].map { group in
        ExampleGroup(
          name: group,
          examples: (0..<(group == "Top activations" ? 20 : 5)).map { _ in
            example(passages, greatest, &random)
          })
      },
      firingTokens: (0..<8).map {
        FiringToken(
          token: Int.random(in: 0..<200, using: &random), count: 90 / ($0 + 1), meanActivation: greatest / 2)
      },
      logitEffects: TokenEffects(top: effects(&random, 1), bottom: effects(&random, -1)),
      normedLogitEffects: TokenEffects(top: effects(&random, 1), bottom: effects(&random, -1)),
      embeddingEffects: TokenEffects(top: effects(&random, 1), bottom: effects(&random, -1)),
      decoderNorms: [greatest, greatest / 2],
      coactive: (0..<6).map { rank in
        CoactiveFeature(
          name: FeatureName(
            layer: Int.random(in: 0..<layers, using: &random),
            index: Int.random(in: 0..<features, using: &random)),
          overlap: 1 / Float(rank + 2))
      })
  }

  private static func example(
    _ passages: [Passage], _ greatest: Float, _ random: inout SplitMix64
  ) -> FeatureExample {
    let passage = passages[Int.random(in: 0..<passages.count, using: &random)]
    let position = Int.random(in: 0..<40, using: &random)
    let range = max(0, position - 32)..<min(40, position + 33)
    return FeatureExample(
      passage: passage.id, start: range.lowerBound, document: passage.documents[position],
      tokens: Array(passage.tokens[range]),
      activations: range.map { place in
        place == position
          ? Float.random(in: greatest / 2...greatest, using: &random)
          : Int.random(in: 0..<4, using: &random) == 0 ? Float.random(in: 0..<greatest, using: &random) : 0
      }, focus: position - range.lowerBound)
  }

  /// Makes a store of them.
  func store(_ file: URL) throws -> DashboardStore {
    let store = try DashboardStore(creating: file, info: info, texts: texts)
    try store.write(passages)
    try store.write(dashboards)
    return store
  }
}
