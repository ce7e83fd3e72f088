import FeatureDashboards
import Foundation
import LinearAlgebra
import Testing

@Suite("Packed dashboards")
struct PackedDashboardsTests {
  let invented = InventedDashboards()

  /// As many tokens around an example as dashboards have, and of everything else less.
  private static let limits: PackLimits = {
    var limits = PackLimits()
    (limits.top, limits.quantile, limits.window, limits.firingTokens) = (8, 2, 32, 6)
    (limits.raised, limits.lowered, limits.embeddings, limits.coactive) = (8, 4, 4, 4)
    return limits
  }()

  private func packed(_ folder: borrowing TemporaryFolder) throws -> (store: DashboardStore, file: URL) {
    let store = try invented.store(folder.file("a.sqlite"))
    try store.label([
      (
        FeatureName(layer: 1, index: 3),
        FeatureLabel(text: "mine", origin: .person, evidence: "e", time: 4)
      ),
      (
        FeatureName(layer: 1, index: 3),
        FeatureLabel(text: "its", origin: .model(name: "m", prompt: "p"), evidence: "e", time: 5)
      ),
      (
        FeatureName(layer: 0, index: 1),
        FeatureLabel(text: "rule", origin: .heuristic, evidence: "e", time: 6)
      ),
    ])
    try PackedDashboards(store, PackedDashboardsTests.limits).write(to: folder.file("a.dashboards"))
    return (store, folder.file("a.dashboards"))
  }

  @Test("Unpacking gives what was packed, cut and rounded as it is said")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    let (store, file) = try packed(folder)
    try PackedDashboards(file).unpack(to: folder.file("b.sqlite"), texts: invented.texts)
    let unpacked = try DashboardStore(folder.file("b.sqlite"), identity: invented.info.identity)
    #expect(try unpacked.all().count == invented.dashboards.count)
    for (found, written) in zip(try unpacked.all(), invented.dashboards) { expect(found, near: written) }
    #expect(
      try unpacked.labels(FeatureName(layer: 1, index: 3)) == store.labels(FeatureName(layer: 1, index: 3)))
    #expect(try unpacked.labels(FeatureName(layer: 0, index: 1)).isEmpty)
    #expect(try unpacked.search("mine").count == 1)
    #expect(try !unpacked.search("word3").isEmpty)
    // Only what is shown is packed, once.
    #expect(try unpacked.passageCount() <= store.passageCount())
    // What was packed once packs to the same file again.
    try PackedDashboards(unpacked, PackedDashboardsTests.limits).write(to: folder.file("again.dashboards"))
    try PackedDashboards(folder.file("again.dashboards")).unpack(
      to: folder.file("c.sqlite"), texts: invented.texts)
    #expect(
      try DashboardStore(folder.file("c.sqlite"), identity: nil).all().map(\.exampleGroups)
        == unpacked.all().map(\.exampleGroups))
  }

  private func expect(_ found: FeatureDashboard, near written: FeatureDashboard) {
    #expect(found.name == written.name)
    #expect(found.density == Double(written.activePositions) / Double(invented.info.positionCount))
    #expect(found.activePositions == written.activePositions)
    let whole = written.activationRange.greatest
    #expect(found.activationRange.greatest >= whole && found.activationRange.greatest <= whole * 129 / 128)
    #expect(abs(found.meanActivation - written.meanActivation) <= written.meanActivation / 128)
    for (group, original) in zip(found.exampleGroups, written.exampleGroups) {
      let limit = group.name == "Top activations" ? 8 : 2
      #expect(group.name == original.name && group.examples.count == min(limit, original.examples.count))
      for (example, original) in zip(group.examples, original.examples) {
        #expect(example.tokens == original.tokens && example.focus == original.focus)
        #expect(example.document == original.document && example.start == original.start)
        for (a, b) in zip(example.activations, original.activations) { #expect(abs(a - b) <= whole / 250) }
      }
    }
    #expect(found.firingTokens.map(\.token) == written.firingTokens.prefix(6).map(\.token))
    for (token, original) in zip(found.firingTokens, written.firingTokens) {
      #expect(abs(token.count - original.count) * 10 <= max(10, original.count))
      #expect(abs(token.meanActivation - original.meanActivation) <= whole / 250)
    }
    expect(found.normedLogitEffects.top, near: written.normedLogitEffects.top, 8)
    expect(found.normedLogitEffects.bottom, near: written.normedLogitEffects.bottom, 4)
    expect(found.embeddingEffects.top, near: written.embeddingEffects.top, 4)
    expectLists(found, near: written)
  }

  private func expectLists(_ found: FeatureDashboard, near written: FeatureDashboard) {
    #expect(found.histogram.greatest == written.histogram.greatest)
    let bins = stride(from: 0, to: written.histogram.counts.count, by: 4).map { start in
      written.histogram.counts[start..<start + 4].reduce(0, +)
    }
    #expect(found.histogram.counts.count == bins.count)
    for (a, b) in zip(found.histogram.counts, bins) { #expect(abs(a - b) * 10 <= max(10, b)) }
    for (a, b) in zip(found.decoderNorms, written.decoderNorms) { #expect(abs(a - b) <= b / 128) }
    #expect(found.coactive.map(\.name) == written.coactive.prefix(4).map(\.name))
    for (a, b) in zip(found.coactive, written.coactive) { #expect(abs(a.overlap - b.overlap) <= 1 / 500) }
  }

  private func expect(_ found: [TokenEffects.Effect], near written: [TokenEffects.Effect], _ limit: Int) {
    #expect(found.map(\.token) == written.prefix(limit).map(\.token))
    let whole = written.map { abs($0.value) }.max() ?? 0
    for (a, b) in zip(found, written) { #expect(abs(a.value - b.value) <= whole / 125) }
  }

  @Test("A narrower window cuts examples, and leaves the activations of what is left")
  func window() throws {
    let folder = try TemporaryFolder()
    let store = try invented.store(folder.file("a.sqlite"))
    let limits = PackLimits()
    try PackedDashboards(store).write(to: folder.file("a.dashboards"))
    try PackedDashboards(folder.file("a.dashboards")).unpack(
      to: folder.file("b.sqlite"), texts: invented.texts)
    let unpacked = try DashboardStore(folder.file("b.sqlite"), identity: nil)
    for (found, written) in zip(try unpacked.all(), invented.dashboards) {
      for (group, original) in zip(found.exampleGroups, written.exampleGroups) {
        for (example, original) in zip(group.examples, original.examples) {
          let low = max(0, original.focus - limits.window)
          let high = min(original.tokens.count - 1, original.focus + limits.window)
          #expect(example.tokens == Array(original.tokens[low...high]))
          #expect(example.start == original.start + low && example.focus == original.focus - low)
          for (a, b) in zip(example.activations, original.activations[low...high]) {
            #expect(abs(a - b) <= written.activationRange.greatest / 250)
          }
        }
      }
    }
    #expect(limits.window < 32)
  }

  @Test("A packed file that is cut short or changed is refused, and leaves nothing")
  func damaged() throws {
    let folder = try TemporaryFolder()
    let whole = try Data(contentsOf: packed(folder).file)
    var random = SplitMix64(seed: 2)
    for round in 0..<60 {
      var bytes = whole
      if round < 20 {
        bytes = bytes.prefix(whole.count * round / 20)
      } else {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        bytes[place] ^= UInt8.random(in: 1...255, using: &random)
      }
      try bytes.write(to: folder.file("damaged"))
      let before = folder.names
      do {
        let pack = try PackedDashboards(folder.file("damaged"))
        try pack.unpack(to: folder.file("b.sqlite"), texts: invented.texts)
        // A changed word in the first line may go unseen.
        #expect(round >= 20)
        try FileManager.default.removeItem(at: folder.file("b.sqlite"))
      } catch let error as DashboardError {
        #expect(error.description.hasSuffix("."))
      }
      #expect(folder.names == before)
    }
  }

  @Test("A shelf unpacks what ships for its features on first use, labels it, and opens nothing for others")
  func shelf() throws {
    let folder = try TemporaryFolder()
    _ = try packed(folder)
    let shelf = DashboardShelf(stores: folder.file("stores"), shipped: folder.url)
    var reports: [String] = []
    let open = { (identity: String) in
      try shelf.open(
        basis: "in/vented", identity: identity, texts: { invented.texts },
        finish: { store in
          try store.label(
            store.all().map {
              ($0.name, FeatureLabel(text: "rule \($0.name)", origin: .heuristic, evidence: "", time: 0))
            })
        }, report: { reports.append($0) })
    }
    #expect(try open("identity-2") == nil)
    let first = try #require(try open("identity-1"))
    #expect(try first.labels(FeatureName(layer: 0, index: 1)).map(\.text) == ["rule 0/1"])
    #expect(try first.cards([FeatureName(layer: 1, index: 3)])[0].label?.text == "mine")
    #expect(reports.count == 2)
    let again = try #require(try open("identity-1"))
    #expect(reports.count == 2 && again.file == first.file)
    #expect(again.file.lastPathComponent == "in-vented-identity-1.sqlite")
  }
}
