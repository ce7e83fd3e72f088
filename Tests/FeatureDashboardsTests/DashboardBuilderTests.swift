import FeatureDashboards
import Foundation
import LinearAlgebra
import Testing
import Transcoders
import Transformers
import _TestSupport

@Suite("Building dashboards")
struct DashboardBuilderTests {
  @Test(
    "Densities, ranges, histograms, examples and tokens are those of all activations at once",
    arguments: DashboardCorpus.Form.allCases)
  func twin(_ form: DashboardCorpus.Form) throws {
    let corpus = try DashboardCorpus(form)
    let naive = try NaiveDashboards(corpus)
    let folder = try TemporaryFolder()
    let store = try corpus.build(in: folder)
    let all = try store.all()
    #expect(all.count == corpus.basis.featureCounts(corpus.model.transformer).reduce(0, +))
    #expect(store.info.positionCount == naive.positionCount)
    var activeCount = 0
    for dashboard in all {
      let firings = naive.firings[dashboard.name] ?? []
      activeCount += firings.isEmpty ? 0 : 1
      let values = firings.map(\.value)
      #expect(dashboard.activePositions == firings.count)
      #expect(dashboard.density == Double(firings.count) / Double(naive.positionCount))
      #expect(
        dashboard.activationRange == ActivationRange(least: values.min() ?? 0, greatest: values.max() ?? 0))
      #expect(dashboard.histogram == naive.histogram(dashboard.name), "\(dashboard.name)")
      #expect(
        dashboard.exampleGroups.first?.examples ?? [] == naive.strongest(dashboard.name), "\(dashboard.name)")
      expectTokens(dashboard, naive)
    }
    #expect(activeCount > all.count / 2)
  }

  private func expectTokens(_ dashboard: FeatureDashboard, _ naive: NaiveDashboards) {
    let counts = naive.firingTokens(dashboard.name)
    // All tokens have a counter of their own, so counts are exact.
    let order = counts.sorted { ($0.value.count, $1.key) > ($1.value.count, $0.key) }.prefix(4)
    #expect(dashboard.firingTokens.map(\.token) == order.map(\.key))
    #expect(dashboard.firingTokens.map(\.count) == order.map(\.value.count))
    for (token, entry) in zip(dashboard.firingTokens, order) {
      #expect(abs(token.meanActivation - Float(entry.value.sum / Double(entry.value.count))) < 1e-5)
    }
  }

  @Test(
    "Each quantile's examples are those that its definition draws",
    arguments: [DashboardCorpus.Form.relu, .topK])
  func quantiles(_ form: DashboardCorpus.Form) throws {
    let corpus = try DashboardCorpus(form)
    let naive = try NaiveDashboards(corpus)
    let folder = try TemporaryFolder()
    var full = 0
    for dashboard in try corpus.build(in: folder).all() where !dashboard.exampleGroups.isEmpty {
      let groups = dashboard.exampleGroups.dropFirst()
      #expect(groups.map(\.name) == ["75%–100%", "50%–75%", "25%–50%", "0%–25%"])
      #expect(groups.map(\.examples) == naive.quantiles(dashboard.name), "\(dashboard.name)")
      full += groups.allSatisfy { $0.examples.count == 2 } ? 1 : 0
    }
    #expect(full > 20)
  }

  @Test("Over some seeds, drawn examples stand for the whole distribution of activations")
  func fairDraw() throws {
    var corpus = try DashboardCorpus(.relu)
    corpus.settings.quantileCount = 1
    let naive = try NaiveDashboards(corpus)
    let names = naive.firings.filter { $0.value.count > 200 }.map(\.key).sorted()
    try #require(names.count > 10)
    var places: [Double] = []
    for seed in 0..<6 {
      corpus.settings.seed = UInt64(seed)
      let seeded = try NaiveDashboards(corpus)
      let folder = try TemporaryFolder()
      let store = try corpus.build(in: folder)
      for dashboard in try store.dashboards(names) {
        let values = (seeded.firings[dashboard.name] ?? []).map(\.value).sorted()
        for example in dashboard.exampleGroups.dropFirst().flatMap(\.examples) {
          places.append(Double(values.firstIndex(of: example.strength) ?? 0) / Double(values.count))
        }
      }
    }
    // Ranks of uniform draws have the mean 1/2.
    let mean = places.reduce(0, +) / Double(places.count)
    #expect(abs(mean - 0.5) < 3 * 0.29 / Double(places.count).squareRoot() + 0.02, "\(places.count): \(mean)")
  }

  @Test(
    "The result is the same for any number of threads", arguments: [DashboardCorpus.Form.jumpReLU, .neurons])
  func threads(_ form: DashboardCorpus.Form) throws {
    let corpus = try DashboardCorpus(form)
    let folder = try TemporaryFolder()
    let one = try corpus.build(in: folder, "1.sqlite", threads: 1).all()
    for threads in [2, 5] {
      #expect(try corpus.build(in: folder, "\(threads).sqlite", threads: threads).all() == one)
    }
  }

  @Test("A build that is stopped at any point and goes on ends with the same store")
  func interruption() throws {
    let corpus = try DashboardCorpus(.crossLayer)
    let folder = try TemporaryFolder()
    let whole = try corpus.build(in: folder, "whole.sqlite").all()
    var random = SplitMix64(seed: 5)
    let file = folder.file("parts.sqlite")
    var stops = 0
    for attempt in 0..<60 {
      var builder = try corpus.builder(threads: 1 + attempt % 3)
      builder.secondsBetweenCheckpoints = 0
      var left = Int.random(in: 0..<3, using: &random)
      let outcome = try builder.build(to: file, progress: { _ in }) {
        left -= 1
        return left < 0
      }
      guard case .stopped = outcome else { break }
      stops += 1
      #expect(!FileManager.default.fileExists(atPath: file.path))
    }
    #expect(stops > 3)
    let store = try DashboardStore(file, identity: corpus.basis.identity(corpus.model.transformer))
    #expect(try store.all() == whole)
    #expect(!folder.names.contains { $0.hasSuffix(".partial") })
  }

  @Test("What was left of a build with other settings is not gone on with")
  func otherSettings() throws {
    var corpus = try DashboardCorpus(.relu)
    let folder = try TemporaryFolder()
    let file = folder.file("store.sqlite")
    var asked = 0
    let stopped = try corpus.builder().build(to: file, progress: { _ in }) {
      asked += 1
      return asked > 2
    }
    guard case .stopped = stopped else { throw CancellationError() }
    corpus.settings.seed = 9
    _ = try corpus.builder().build(to: file, progress: { _ in })
    let other = try corpus.build(in: folder, "other.sqlite").all()
    #expect(try DashboardStore(file, identity: nil).all() == other)
  }

  @Test("A new build replaces dashboards for those who have the store open, and keeps labels")
  func rebuild() throws {
    var corpus = try DashboardCorpus(.relu)
    let folder = try TemporaryFolder()
    let open = try corpus.build(in: folder)
    let label = FeatureLabel(text: "mine", origin: .person, evidence: "", time: 1)
    try open.label([(FeatureName(layer: 1, index: 2), label)])
    corpus.settings.tokens = 24 * 20
    let other = try corpus.build(in: folder, "other.sqlite").all()
    _ = try corpus.build(in: folder)
    #expect(try open.all() == other)
    #expect(try open.labels(FeatureName(layer: 1, index: 2)) == [label])
    #expect(try open.search("mine").map(\.name) == [FeatureName(layer: 1, index: 2)])
  }

  @Test("Features that are active where a feature is: overlaps are exact for rare ones")
  func coactivity() throws {
    var corpus = try DashboardCorpus(.topK)
    corpus.settings.tokens = 24 * 25
    let naive = try NaiveDashboards(corpus)
    let folder = try TemporaryFolder()
    let store = try corpus.build(in: folder)
    let rare = naive.firings.filter { $0.value.count <= 128 && $0.value.count * 5 <= naive.positionCount }
    var compared = 0
    for dashboard in try store.dashboards(rare.keys.sorted()) {
      let overlaps = dashboard.coactive.map(\.overlap)
      #expect(overlaps == overlaps.sorted(by: >))
      for other in dashboard.coactive where rare[other.name] != nil {
        let expected = naive.overlap(dashboard.name, other.name)
        let union = Set(
          [dashboard.name, other.name].flatMap { name in
            (naive.firings[name] ?? []).map { $0.passage * 24 + $0.position }
          })
        guard union.count <= 128 else { continue }
        #expect(abs(other.overlap - expected) < 1e-6)
        compared += 1
      }
    }
    #expect(compared > 20)
  }

  @Test("Too little text, and transcoders of another model, are refused")
  func refused() throws {
    var corpus = try DashboardCorpus(.relu, documents: 1)
    corpus.settings.contextLength = 4096
    let folder = try TemporaryFolder()
    #expect(throws: DashboardError.self) { try corpus.build(in: folder) }
    #expect(folder.names.isEmpty)
    let other = TinyTranscoders().set(layerCount: 9, dModel: 8)
    let source = DashboardBuilder.Source(
      model: corpus.model, modelName: "", basis: .transcoders(other), corpus: corpus.corpus, corpusName: "",
      first: nil)
    #expect(throws: TranscoderError.self) {
      try DashboardBuilder(source, corpus.settings, Workers(count: 1))
    }
  }
}
