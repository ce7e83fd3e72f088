import FeatureDashboards
import Foundation
import GRDB
import LinearAlgebra
import Synchronization
import Testing
import _TestSupport

@Suite("The store of dashboards")
struct DashboardStoreTests {
  let invented = InventedDashboards()

  @Test("What is written is read back, from the same store and when it is opened again")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    let store = try invented.store(folder.file("a.sqlite"))
    #expect(try store.all() == invented.dashboards)
    #expect(try store.passages(0..<1000) == invented.passages)
    try store.close()
    // What SQLite leaves beside it is empty.
    #expect(((try? Data(contentsOf: folder.file("a.sqlite-wal"))) ?? Data()).isEmpty)
    let again = try DashboardStore(folder.file("a.sqlite"), identity: invented.info.identity)
    #expect(again.info == invented.info)
    #expect(again.texts == TokenTexts(invented.texts))
    #expect(try again.all() == invented.dashboards)
    let name = FeatureName(layer: 1, index: 7)
    #expect(try again.dashboard(name) == invented.dashboards.first { $0.name == name })
    #expect(
      throws: DashboardError.noSuchFeature(FeatureName(layer: 1, index: 40), featureCounts: [40, 40, 40])
    ) {
      try again.dashboard(FeatureName(layer: 1, index: 40))
    }
  }

  @Test("Cards show the winning label and the strongest examples, in the order that was asked for")
  func cards() throws {
    let folder = try TemporaryFolder()
    let store = try invented.store(folder.file("a.sqlite"))
    let names = [
      FeatureName(layer: 2, index: 3), FeatureName(layer: 0, index: 9), FeatureName(layer: 8, index: 0),
    ]
    let cards = try store.cards(names, examples: 2)
    #expect(cards.map(\.name) == Array(names.prefix(2)))
    for card in cards {
      let dashboard = try store.dashboard(card.name)
      #expect(card.examples == Array(dashboard.exampleGroups.first?.examples.prefix(2) ?? []))
      #expect(card.density == dashboard.density && card.greatest == dashboard.activationRange.greatest)
    }
  }

  @Test(
    "A page of features is what sorting and filtering all of them gives",
    arguments: FeatureQuery.Order.allCases)
  func browsing(_ order: FeatureQuery.Order) throws {
    let folder = try TemporaryFolder()
    let store = try invented.store(folder.file("a.sqlite"))
    let labels = invented.dashboards.filter { $0.name.index % 3 == 0 }.map { dashboard in
      (
        dashboard.name,
        FeatureLabel(
          text: "label \(dashboard.name.index * 7 % 10)", origin: .heuristic, evidence: "", time: 0)
      )
    }
    try store.label(labels.map { (name: $0.0, label: $0.1) })
    let texts = Dictionary(uniqueKeysWithValues: labels.map { ($0.0, $0.1.text) })
    for isDescending in [false, true] {
      var query = FeatureQuery()
      (query.layers, query.densities, query.order) = (1...2, 0.05...0.35, order)
      (query.isDescending, query.offset, query.limit) = (isDescending, 3, 10)
      let fitting = invented.dashboards.filter {
        (1...2).contains($0.name.layer) && (0.05...0.35).contains($0.density)
      }
      let sorted = fitting.sorted { left, right in
        let first: (Double, String, FeatureName) = key(left, order, texts)
        let second = key(right, order, texts)
        let labelled = (texts[left.name] != nil, texts[right.name] != nil)
        if order == .label, labelled.0 != labelled.1 { return labelled.0 }
        return isDescending ? first > second : first < second
      }
      let page = try store.features(query)
      #expect(page.total == fitting.count)
      #expect(page.cards.map(\.name) == sorted.dropFirst(3).prefix(10).map(\.name))
    }
  }

  private func key(
    _ dashboard: FeatureDashboard, _ order: FeatureQuery.Order, _ texts: [FeatureName: String]
  ) -> (Double, String, FeatureName) {
    switch order {
    case .name, .relevance: (0, "", dashboard.name)
    case .density: (dashboard.density, "", dashboard.name)
    case .greatest: (Double(dashboard.activationRange.greatest), "", dashboard.name)
    case .label: (0, texts[dashboard.name] ?? "", dashboard.name)
    }
  }

  @Test("Search finds the features whose labels, examples and tokens hold all words, and labels first")
  func search() throws {
    let folder = try TemporaryFolder()
    let store = try invented.store(folder.file("a.sqlite"))
    let texts = store.texts
    for words in [["word3", "word101"], ["word58", "word111"], ["词21", "word199"]] {
      let expected = invented.dashboards.filter { dashboard in
        let tokens = Set(dashboard.searchable(texts).map { $0.trimmingCharacters(in: .whitespaces) })
        // The last word may be only begun.
        return tokens.contains(words[0]) && tokens.contains { $0.hasPrefix(words[1]) }
      }.map(\.name)
      #expect(!expected.isEmpty)
      let found = try store.search(words.joined(separator: " "), limit: 1000).map(\.name)
      #expect(found.sorted() == expected, "\(words)")
    }
    let name = FeatureName(layer: 2, index: 5)
    try store.label([
      (name, FeatureLabel(text: "Capital cities: été 東京", origin: .person, evidence: "", time: 0))
    ])
    for text in ["capital cities", "CAPITAL", "cit", "ete", "東", "京 capital", "東京"] {
      #expect(try store.search(text).first?.name == name, "\(text)")
    }
    for text in ["", "   ", "\"", "capital AND NOT", "cities*(", "NEAR(x", "'; DROP TABLE feature; --"] {
      _ = try store.search(text)
    }
    #expect(try store.search("capital zebra").isEmpty && store.search("ci").isEmpty)
    try store.removeLabel(.person, of: name)
    #expect(try store.search("capital").isEmpty)
    // Of those that fit alike, the feature that is active more rarely comes first.
    let matches = try store.search("word3", limit: 1000)
    for (better, worse) in zip(matches, matches.dropFirst())
    where Int(better.relevance) == Int(worse.relevance) {
      #expect(try store.dashboard(better.name).density <= store.dashboard(worse.name).density)
    }
  }

  @Test("A feature's texts are found after it was replaced, and its old ones are not")
  func replaced() throws {
    let folder = try TemporaryFolder()
    let store = try invented.store(folder.file("a.sqlite"))
    var dashboard = invented.dashboards[17]
    try store.write([Passage(id: 900, tokens: [0, 7, 14], documents: [0, 0, 0])])
    dashboard.exampleGroups = [
      ExampleGroup(
        name: "Top activations",
        examples: [
          FeatureExample(
            passage: 900, start: 0, document: 0, tokens: [0, 7, 14], activations: [0, 1, 0], focus: 1)
        ])
    ]
    let empty = TokenEffects(top: [], bottom: [])
    (dashboard.logitEffects, dashboard.normedLogitEffects, dashboard.embeddingEffects) = (empty, empty, empty)
    try store.write([dashboard])
    #expect(try store.dashboard(dashboard.name) == dashboard)
    #expect(try store.search("词0 词7 词14", limit: 1000).map(\.name).contains(dashboard.name))
    for word in ["word1", "word2", "word3"] {
      #expect(try !store.search(word, limit: 1000).map(\.name).contains(dashboard.name))
    }
  }

  @Test("Labels of all origins stay side by side; a person's wins, then the latest model's, then the rules'")
  func labels() throws {
    let folder = try TemporaryFolder()
    let store = try invented.store(folder.file("a.sqlite"))
    let name = FeatureName(layer: 0, index: 4)
    let make = { (text: String, origin: FeatureLabel.Origin, time: Double) in
      FeatureLabel(text: text, origin: origin, evidence: "because", time: time)
    }
    let heuristic = make("rule", .heuristic, 50)
    let old = make("old", .model(name: "a", prompt: "p"), 2)
    let new = make("new", .model(name: "b", prompt: "p"), 3)
    try store.label([(name, old), (name, heuristic), (name, new)])
    #expect(try store.labels(name) == [new, old, heuristic])
    let person = make("mine", .person, 1)
    try store.label([(name, person)])
    let again = make("rule again", .heuristic, 60)
    let newer = make("newer", .model(name: "b", prompt: "p"), 70)
    try store.label([(name, again), (name, newer)])
    #expect(try store.labels(name) == [person, newer, old, again])
    #expect(try store.cards([name])[0].label == person)
    #expect(try store.winningLabels([name, FeatureName(layer: 0, index: 5)]) == [name: person])
    #expect(try store.names(labelledBy: .model(name: "a", prompt: "p")) == [name])
    try store.removeLabel(.person, of: name)
    #expect(try store.labels(name) == [newer, old, again])
    // All or none: the second feature does not exist.
    #expect(throws: DashboardError.self) {
      try store.label([(name, make("lost", .person, 9)), (FeatureName(layer: 7, index: 0), person)])
    }
    #expect(try store.labels(name) == [newer, old, again])
  }

  @Test("Readers see the last whole state while a writer works, and do not wait for it")
  func concurrent() async throws {
    let folder = try TemporaryFolder()
    let file = folder.file("a.sqlite")
    let writer = try invented.store(file)
    let reader = try DashboardStore(file, identity: nil)
    let stop = Flag()
    let rounds = 60
    try await withThrowingTaskGroup(of: Int.self) { group in
      group.addTask {
        var seen = Set<String>()
        while !stop.isSet {
          // Each round labels all features at once, so all labels that are seen together are of one round.
          let cards = try reader.features(
            {
              var all = FeatureQuery(); all.limit = 200; return all
            }()
          ).cards
          let texts = Set(cards.compactMap { $0.label?.text })
          #expect(texts.count <= 1)
          seen.formUnion(texts)
        }
        return seen.count
      }
      group.addTask { [names = invented.dashboards.map(\.name)] in
        for round in 0..<rounds {
          let label = FeatureLabel(text: "round \(round)", origin: .heuristic, evidence: "", time: 0)
          try writer.label(names.map { (name: $0, label: label) })
        }
        stop.set()
        return rounds
      }
      var counts: [Int] = []
      for try await count in group { counts.append(count) }
      #expect(counts.min() ?? 0 > 1)
    }
  }
}

/// Whether one task has told another something.
private final class Flag: Sendable {
  private let flag = Atomic(false)

  var isSet: Bool { flag.load(ordering: .relaxed) }

  func set() { flag.store(true, ordering: .relaxed) }
}

extension FeatureDashboard {
  /// The token texts that a search finds.
  fileprivate func searchable(_ texts: TokenTexts) -> [String] {
    let examples = exampleGroups.first?.examples.prefix(5) ?? []
    let around = examples.flatMap { example in
      example.tokens[max(0, example.focus - 16)..<min(example.tokens.count, example.focus + 17)]
    }
    let effects = [logitEffects, normedLogitEffects, embeddingEffects].flatMap { $0.top.map(\.token) }
    return (around + effects).map { texts[$0] }
  }
}
