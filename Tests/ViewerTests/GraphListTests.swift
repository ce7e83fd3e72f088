import Foundation
import Testing
import Viewer

@Suite("The list of graphs")
struct GraphListTests {
  private struct Index: Decodable {
    struct Entry: Decodable {
      var slug: String
      var prompt: String
      var tokenCount: Int
      var model: String?
      var created: Double
      var canPrune: Bool
    }
    struct Unreadable: Decodable {
      var file: String
      var reason: String
    }
    var graphs: [Entry]
    var unreadable: [Unreadable]
  }

  private func index(_ files: [String: String]) async throws -> Index {
    try await TestSite.with(files) { site in
      try JSONDecoder().decode(Index.self, from: await site.get("/api/v1/graphs").data)
    }
  }

  @Test("Graphs are listed with their metadata, the newest first")
  func list() async throws {
    let old =
      #"{"nodes":[{"metadata":{}}],"metadata":{"slug":"a","prompt_tokens":["x","{\"","}"],"info":{"create_time_ms":5}}}"#
    let index = try await index(["a.json": old, "b.json": try TemporaryGraphs.small()])
    #expect(index.graphs.map(\.slug) == ["b", "a"])
    #expect(index.graphs[0].prompt == "a b" && index.graphs[0].model == "tiny")
    #expect(index.graphs[0].created == 1_763_800_000_000 && !index.graphs[0].canPrune)
    #expect(index.graphs[1].prompt == "x{\"}" && index.graphs[1].tokenCount == 3)
    #expect(index.unreadable.isEmpty)
  }

  @Test("Without a date of its own a graph has its file's")
  func fileDate() async throws {
    let created = try await index(["a.json": #"{"metadata":{"slug":"a"}}"#]).graphs[0].created
    #expect(abs(created / 1000 - Date().timeIntervalSince1970) < 600)
  }

  @Test(
    "A damaged file is named as such, and the others are still listed",
    arguments: [
      "", "{", "nonsense", "[]", "{}", "\"metadata\"", #"{"metadata":"#, #"{"metadata":{"prompt_tokens":["#,
      #"{"metadata":{"slug":"a","prompt_tokens":"no"}}"#, #"{"metadata":[1]}"#,
      #"{"metadata":{"slug":"a","prompt_tokens":["a"],"prompt":7}}"#,
      #"{"a":"unterminated \"#, "}}}}", "\u{0}\u{1}", #"{"nodes":{"metadata":{"slug":"a"}}}"#,
      String(repeating: "[", count: 100_000), #"{"metadata":"# + String(repeating: "{", count: 100_000),
    ])
  func damaged(text: String) async throws {
    let index = try await index(["bad.json": text, "good.json": try TemporaryGraphs.small()])
    #expect(index.graphs.map(\.slug) == ["good"])
    #expect(index.unreadable.map(\.file) == ["bad.json"])
    #expect(index.unreadable.allSatisfy { $0.reason.hasSuffix(".") })
  }

  @Test("Hidden files, other kinds of files, folders, and circuit-tracer's index are no graphs")
  func ignored() async throws {
    try await TestSite.with([".a.json": "{}", "notes.txt": "x", "graph-metadata.json": "{}"]) { site in
      try FileManager.default.createDirectory(
        at: site.directory.appendingPathComponent("folder.json"), withIntermediateDirectories: false)
      let index = try JSONDecoder().decode(Index.self, from: await site.get("/api/v1/graphs").data)
      #expect(index.graphs.isEmpty && index.unreadable.isEmpty)
    }
  }

  @Test("A directory that does not exist holds no graphs")
  func missing() async throws {
    let contents = ViewerContents(graphDirectory: URL(fileURLWithPath: "/nowhere/at/all"))
    let site = try ViewerSite(contents, address: ListenAddress())
    let response = await site.response(to: SiteRequest(path: "/api/v1/graphs", host: TestSite.host))
    let index = try JSONDecoder().decode(Index.self, from: response.data)
    #expect(index.graphs.isEmpty && index.unreadable.isEmpty)
  }

  @Test("A thumbnail has the most influential nodes and their strongest links, placed by row and column")
  func thumbnail() async throws {
    try await TestSite.with(["small.json": try TemporaryGraphs.small()]) { site in
      let response = await site.get("/api/v1/graphs/small/thumbnail")
      let thumbnail = try response.object()
      let nodes = try #require(thumbnail["nodes"] as? [[String: Any]])
      let rows = try #require(thumbnail["rows"] as? Int)
      #expect(nodes.contains { $0["kind"] as? String == "token" && $0["y"] as? Int == 0 })
      #expect(nodes.contains { $0["kind"] as? String == "logit" && $0["y"] as? Int == rows - 1 })
      let links = try #require(thumbnail["links"] as? [[String: Any]])
      #expect(!links.isEmpty && links.allSatisfy { abs($0["share"] as? Double ?? 9) <= 1 })
      let tag = try #require(response.headers["ETag"])
      #expect(await site.get("/api/v1/graphs/small/thumbnail", headers: ["if-none-match": tag]).status == 304)
    }
  }
}
