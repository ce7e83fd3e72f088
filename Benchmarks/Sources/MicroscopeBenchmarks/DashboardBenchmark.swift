import ArgumentParser
import FeatureDashboards
import Foundation
import LinearAlgebra

/// Measures the queries of a store of many features, whose texts are random words of a Zipf distribution.
struct DashboardBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "dashboards")

  @Option(help: "Layers.")
  var layers = 30

  @Option(help: "Features of each layer.")
  var features = 2000

  @Option(help: "How often each query is asked; the median and the slowest count.")
  var repeats = 20

  private struct Row: Encodable {
    var query: String
    var medianMilliseconds: Double
    var slowestMilliseconds: Double
  }

  func run() throws {
    let file = FileManager.default.temporaryDirectory.appending(component: "\(UUID()).sqlite")
    defer {
      for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file.path + suffix) }
    }
    let store = try LargeStore(layers: layers, features: features).make(file)
    var random = SplitMix64(seed: 2)
    let name = { (random: inout SplitMix64) in
      FeatureName(
        layer: Int.random(in: 0..<layers, using: &random), index: Int.random(in: 0..<features, using: &random)
      )
    }
    var rows = [
      try measure("dashboard") { _ = try store.dashboard(name(&random)) },
      try measure("50 cards") { _ = try store.cards((0..<50).map { _ in name(&random) }) },
    ]
    for order in FeatureQuery.Order.allCases {
      var query = FeatureQuery()
      (query.order, query.isDescending, query.offset) = (order, true, 200)
      rows.append(try measure("page by \(order.rawValue)") { _ = try store.features(query) })
      (query.layers, query.densities) = (3...20, 0.001...0.05)
      rows.append(try measure("page by \(order.rawValue), filtered") { _ = try store.features(query) })
    }
    let words = [3, 40, 7, 900].map(LargeStore.spelling)
    let texts = [
      words[0], "\(words[1]) \(words[2])", words[3], String(words[0].prefix(3)), "label \(words[2])",
    ]
    for text in texts {
      rows.append(try measure("search \(text)") { _ = try store.search(text) })
      var query = FeatureQuery()
      (query.text, query.order) = (text, .relevance)
      rows.append(try measure("page of \(text)") { _ = try store.features(query) })
    }
    try printJSON(rows)
  }

  private func measure(_ query: String, _ body: () throws -> Void) throws -> Row {
    let clock = ContinuousClock()
    let times = try (0..<repeats).map { _ in try clock.measure(body) / .milliseconds(1) }
    return Row(query: query, medianMilliseconds: median(times), slowestMilliseconds: times.max() ?? 0)
  }
}

/// A store of random dashboards.
private struct LargeStore {
  let layers: Int
  let features: Int
  private let vocabulary = 30_000
  private let passageCount = 4000
  private let length = 128

  func make(_ file: URL) throws -> DashboardStore {
    var random = SplitMix64(seed: 1)
    let info = DashboardInfo(
      identity: "", basis: "large", model: "", featureCounts: Array(repeating: features, count: layers),
      positionCount: passageCount * length)
    let store = try DashboardStore(
      creating: file, info: info, texts: (0..<vocabulary).map { " " + LargeStore.spelling($0) })
    let passages = (0..<passageCount).map { id in
      Passage(
        id: id, tokens: (0..<length).map { _ in word(&random) },
        documents: Array(repeating: id, count: length))
    }
    try store.write(passages)
    for layer in 0..<layers {
      let dashboards = (0..<features).map {
        dashboard(FeatureName(layer: layer, index: $0), passages, &random)
      }
      try store.write(dashboards)
      try store.label(
        dashboards.map { dashboard in
          let text = "label \(LargeStore.spelling(word(&random))) \(LargeStore.spelling(word(&random)))"
          return (dashboard.name, FeatureLabel(text: text, origin: .heuristic, evidence: "", time: 0))
        })
    }
    return store
  }

  /// A word of four to nine letters.
  static func spelling(_ number: Int) -> String {
    var random = SplitMix64(seed: UInt64(number))
    let letters = Array("eeeetttaaooinshrdlucmfwgypbvkxjqz")
    return String(
      (0..<4 + number % 6).map { _ in letters[Int.random(in: 0..<letters.count, using: &random)] })
  }

  /// The n-th word is n times rarer than the first.
  private func word(_ random: inout SplitMix64) -> Int {
    Int(exp(Double.random(in: 0..<log(Double(vocabulary)), using: &random))) - 1
  }

  private func dashboard(
    _ name: FeatureName, _ passages: [Passage], _ random: inout SplitMix64
  ) -> FeatureDashboard {
    let effects = TokenEffects(
      top: (0..<10).map { TokenEffects.Effect(token: word(&random), value: Float(10 - $0)) },
      bottom: (0..<10).map { TokenEffects.Effect(token: word(&random), value: Float($0 - 10)) })
    let groups = (0..<5).map { group in
      ExampleGroup(
        name: "group \(group)",
        examples: (0..<(group == 0 ? 20 : 5)).map { _ in
          let passage = passages[Int.random(in: 0..<passageCount, using: &random)]
          let start = Int.random(in: 0..<length - 65, using: &random)
          var activations = [Float](repeating: 0, count: 65)
          for _ in 0..<6 {
            activations[Int.random(in: 0..<65, using: &random)] = .random(in: 0..<9, using: &random)
          }
          return FeatureExample(
            passage: passage.id, start: start, document: 0, tokens: Array(passage.tokens[start..<start + 65]),
            activations: activations, focus: 32)
        })
    }
    return FeatureDashboard(
      name: name, density: pow(10, -4 * Double.random(in: 0..<1, using: &random)), activePositions: 900,
      activationRange: ActivationRange(least: 0.1, greatest: .random(in: 1..<9, using: &random)),
      histogram: ActivationHistogram(greatest: 16, counts: Array(repeating: 7, count: 64)),
      exampleGroups: groups,
      logitEffects: effects, normedLogitEffects: effects, embeddingEffects: effects, decoderNorms: [1])
  }
}
