import Foundation
import Testing
import Viewer

/// A library of one set with one feature.
private final class FakeLibrary: FeatureLibrary {
  func sets() -> [LibrarySet] { [LibrarySet(id: "s", layerCount: 2, featureCount: 3, hasDashboards: true)] }

  private func check(_ set: String) throws(APIError) {
    guard set == "s" else { throw APIError(.noSuchSet, "There is no set '\(set)'.") }
  }

  func search(_ query: LibraryQuery, in set: String) throws(APIError) -> LibraryPage {
    try check(set)
    return LibraryPage(features: try cards([LibraryName(layer: 1, index: 2)], in: set), total: query.limit)
  }

  func cards(_ names: [LibraryName], in set: String) throws(APIError) -> [LibraryCard] {
    try check(set)
    return names.map {
      LibraryCard(layer: $0.layer, index: $0.index, label: nil, density: 0.5, peak: 2, examples: [])
    }
  }

  func dashboard(_ name: LibraryName, in set: String) throws(APIError) -> LibraryDashboard {
    try check(set)
    throw APIError(.noSuchFeature, "There is no feature \(name.layer)/\(name.index).")
  }

  func labels(_ name: LibraryName, in set: String) throws(APIError) -> [LibraryLabel] {
    try check(set)
    return []
  }

  func label(_ name: LibraryName, as text: String?, in set: String) throws(APIError) -> [LibraryLabel] {
    try check(set)
    return text.map { [LibraryLabel(text: $0, origin: "person", evidence: "", time: 1)] } ?? []
  }
}

@Suite("Features in the viewer")
struct FeatureTests {
  @Test("Searches, cards and labels are passed on")
  func routes() async throws {
    try await TestSite.with(features: FakeLibrary()) { site in
      #expect(
        (try await site.json("/api/v1/sets")["sets"] as? [[String: Any]])?.first?["id"] as? String == "s")
      let page = try await site.json("/api/v1/sets/s/features?q=a+b&limit=7&minDensity=0.1&sort=density")
      #expect(page["total"] as? Int == 7)
      let cards = try await site.json("/api/v1/sets/s/cards?ids=1/2,nonsense,0/1")
      #expect(Set((cards["cards"] as? [String: Any])?.keys.map { $0 } ?? []) == ["1/2", "0/1"])
      let path = "/api/v1/sets/s/features/1/2/label"
      let labelled = try await site.send("PUT", path, #"{"text":"capital ‘cities’"}"#).object()
      #expect((labelled["label"] as? [String: Any])?["text"] as? String == "capital ‘cities’")
      let removed = try await site.send("DELETE", path).object()
      #expect(removed["label"] is NSNull && (removed["labels"] as? [Any])?.isEmpty == true)
      #expect(try await site.json(path)["labels"] as? [String] == [])
    }
  }

  @Test(
    "What makes no sense is refused",
    arguments: [
      ("/sets/s/features?limit=0", "bad_request"), ("/sets/s/features?limit=1e5", "bad_request"),
      ("/sets/s/features?sort=x", "bad_request"),
      ("/sets/s/features?minDensity=2", "bad_request"), ("/sets/s/features?layer=-1", "bad_request"),
      ("/sets/x/features", "no_such_set"),
      ("/sets/s/features/1/x", "no_such_feature"), ("/sets/s/features/-1/2", "no_such_feature"),
      ("/sets/s/features/99999999999999999999/2", "no_such_feature"),
      ("/sets/s/features/1/2", "no_such_feature"),
      ("/sets/..%2f..%2fetc/features/1/2", "no_such_set"),
    ])
  func refusals(path: String, code: String) async throws {
    try await TestSite.with(features: FakeLibrary()) { site in
      #expect(await site.get("/api/v1" + path).code == code)
    }
  }

  @Test(
    "Labels have letters, and not too many",
    arguments: [#"{"text":""}"#, #"{"text":" \n"}"#, "{}", #"{"text":"\u0000"}"#])
  func labels(body: String) async throws {
    try await TestSite.with(features: FakeLibrary()) { site in
      #expect(await site.send("PUT", "/api/v1/sets/s/features/1/2/label", body).code == "bad_request")
      let long = #"{"text":"\#(String(repeating: "x", count: 501))"}"#
      #expect(await site.send("PUT", "/api/v1/sets/s/features/1/2/label", long).code == "bad_request")
    }
  }

  @Test("Without a library there are no dashboards")
  func none() async throws {
    try await TestSite.with { site in
      let sets = try await site.json("/api/v1/sets")["sets"] as? [Any]
      #expect(sets?.isEmpty == true)
      #expect(await site.get("/api/v1/sets/s/features").code == "no_dashboards")
    }
  }
}
