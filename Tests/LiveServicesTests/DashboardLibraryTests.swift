import FeatureDashboards
import Foundation
import LinearAlgebra
import LiveServices
import ModelCatalogues
import Testing
import Transcoders
import Viewer
import _TestSupport

@Suite("Dashboards behind the page")
struct DashboardLibraryTests {
  private let name = FeatureName(layer: 1, index: 2)

  /// A library with a store of the goldens' small transcoders: one feature has a dashboard.
  private func with<Result>(body: (DashboardLibrary, String, URL) throws -> Result) throws -> Result {
    let root = FileManager.default.temporaryDirectory.appending(path: "library-" + UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: root) }
    let home = MicroscopeHome(root: root)
    var given = LiveModelService.Given()
    given.model = PresentItem(name: "tiny", location: URL(filePath: try Golden.path("tiny/llama/model")))
    let place = URL(filePath: try Golden.path("tiny/llama/plt-relu/transcoder"))
    given.transcoders = PresentItem(name: "plt-relu", location: place)
    let set = try TranscoderSet(path: place.path)
    let identity = BasisIdentity(set).description
    let info = DashboardInfo(
      identity: identity, basis: set.name, model: "tiny", featureCounts: set.transcoders.map(\.featureCount))
    // The folder may be a link to where there is room.
    let roomy = root.appending(path: "elsewhere/dashboards")
    try FileManager.default.createDirectory(at: roomy, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(at: home.dashboards, withDestinationURL: roomy)
    let file = DashboardShelf(stores: home.dashboards, shipped: nil).place(
      basis: set.name, identity: identity)
    let store = try DashboardStore(creating: file, info: info, texts: (0..<600).map { " t\($0)" })
    var dashboard = FeatureDashboard(name: name)
    dashboard.density = 0.25
    dashboard.activationRange = ActivationRange(least: 0.5, greatest: 4)
    dashboard.firingTokens = [FiringToken(token: 7, count: 3, meanActivation: 2)]
    try store.write([dashboard])
    try store.close()
    let library = DashboardLibrary(home: home, share: MicroscopeShare(root: nil), given: given)
    return try body(library, set.name, root)
  }

  @Test(
    "A set is found by its transcoders' name and by its name in the list; dashboards have texts for tokens")
  func reading() throws {
    try with { library, set, _ in
      #expect(library.sets().map(\.id) == [set])
      for id in [set, "plt-relu"] {
        let dashboard = try library.dashboard(LibraryName(layer: 1, index: 2), in: id)
        #expect(dashboard.density == 0.25 && dashboard.greatest == 4)
        #expect(dashboard.firesOn.map(\.piece) == [" t7"])
      }
      let cards = try library.cards([.init(layer: 1, index: 2), .init(layer: 99, index: 0)], in: set)
      #expect(cards.count == 1 && cards[0].peak == 4)
      let page = try library.search(LibraryQuery(), in: set)
      #expect(page.total >= 1)
    }
  }

  @Test("A person's label is kept, wins, is found again by another library, and can be taken away")
  func labels() throws {
    try with { library, set, _ in
      let place = LibraryName(layer: 1, index: 2)
      let byRule = try library.labels(place, in: set)
      #expect(byRule.allSatisfy { $0.origin == "heuristic" })
      let labelled = try library.label(place, as: "seven", in: set)
      #expect(labelled.map(\.text) == ["seven"] + byRule.map(\.text) && labelled[0].origin == "person")
      #expect(abs(Double(labelled[0].time) / 1000 - Date().timeIntervalSince1970) < 600)
      #expect(library.labels(of: [name], in: set) == [name: "seven"])
      #expect(try library.label(place, as: nil, in: set) == byRule)
    }
  }

  @Test("Sets and features that are not there are told apart")
  func missing() throws {
    try with { library, set, _ in
      let place = LibraryName(layer: 1, index: 2)
      for id in ["other", "../x", "neurons", "neurons:tiny", ""] {
        let error = #expect(throws: APIError.self) { try library.dashboard(place, in: id) }
        #expect(error?.code == .noDashboards, "\(id)")
      }
      for name in [LibraryName(layer: 99, index: 0), LibraryName(layer: 0, index: 1 << 30)] {
        #expect(throws: APIError.self) { try library.dashboard(name, in: set) }
        #expect(throws: APIError.self) { try library.label(name, as: "x", in: set) }
      }
    }
  }
}
