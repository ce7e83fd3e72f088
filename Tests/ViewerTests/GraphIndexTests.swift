import Foundation
import Testing
import Viewer

@Suite("The list of graphs")
struct GraphIndexTests {
  private struct Index: Decodable {
    struct Entry: Decodable {
      var slug: String
      var prompt: String
      var tokenCount: Int
      var model: String?
      var created: Double
    }
    struct Unreadable: Decodable {
      var file: String
      var reason: String
    }
    var graphs: [Entry]
    var unreadable: [Unreadable]
  }

  private func index(of directory: URL) throws -> Index {
    let request = SiteRequest(path: "/api/graphs", host: "127.0.0.1:1")
    let response = try ViewerSite(graphDirectory: directory).response(to: request, port: 1)
    guard case .data(let data) = response.body else { throw CocoaError(.coderInvalidValue) }
    return try JSONDecoder().decode(Index.self, from: data)
  }

  @Test("Graphs are listed with their metadata, the newest first")
  func list() async throws {
    let old =
      #"{"nodes":[{"metadata":{}}],"metadata":{"prompt_tokens":["x","{\"","}"],"info":{"create_time_ms":5}}}"#
    try await TemporaryGraphs.with(["a.json": old, "b.json": try TemporaryGraphs.small()]) { directory in
      let index = try index(of: directory)
      #expect(index.graphs.map(\.slug) == ["b", "a"])
      #expect(index.graphs[0].prompt == "a b" && index.graphs[0].model == "tiny")
      #expect(index.graphs[0].created == 1_763_800_000_000)
      #expect(index.graphs[1].prompt == "x{\"}" && index.graphs[1].tokenCount == 3)
      #expect(index.unreadable.isEmpty)
    }
  }

  @Test("Without a date of its own a graph has its file's")
  func fileDate() async throws {
    try await TemporaryGraphs.with(["a.json": #"{"metadata":{"prompt_tokens":[]}}"#]) { directory in
      let created = try index(of: directory).graphs[0].created
      #expect(abs(created / 1000 - Date().timeIntervalSince1970) < 600)
    }
  }

  @Test(
    "A damaged file is named as such, and the others are still listed",
    arguments: [
      "", "{", "nonsense", "[]", "{}", "\"metadata\"", #"{"metadata":"#, #"{"metadata":{"prompt_tokens":["#,
      #"{"metadata":{"prompt_tokens":"no"}}"#, #"{"metadata":[1]}"#,
      #"{"metadata":{"prompt_tokens":["a"],"prompt":7}}"#,
      #"{"a":"unterminated \"#, "}}}}", "\u{0}\u{1}", #"{"nodes":{"metadata":{"prompt_tokens":[]}}}"#,
      String(repeating: "[", count: 100_000), #"{"metadata":"# + String(repeating: "{", count: 100_000),
    ])
  func damaged(text: String) async throws {
    try await TemporaryGraphs.with(["bad.json": text, "good.json": try TemporaryGraphs.small()]) {
      directory in
      let index = try index(of: directory)
      #expect(index.graphs.map(\.slug) == ["good"])
      #expect(index.unreadable.map(\.file) == ["bad.json"])
      #expect(index.unreadable.allSatisfy { $0.reason.hasSuffix(".") })
    }
  }

  @Test("Hidden files, other kinds of files, folders, and circuit-tracer's index are no graphs")
  func ignored() async throws {
    let files = [".a.json": "{}", "notes.txt": "x", "graph-metadata.json": "{}"]
    try await TemporaryGraphs.with(files) { directory in
      try FileManager.default.createDirectory(
        at: directory.appendingPathComponent("folder.json"), withIntermediateDirectories: false)
      let index = try index(of: directory)
      #expect(index.graphs.isEmpty && index.unreadable.isEmpty)
    }
  }

  @Test("A directory that does not exist holds no graphs")
  func missing() throws {
    let index = try index(of: URL(fileURLWithPath: "/nowhere/at/all"))
    #expect(index.graphs.isEmpty && index.unreadable.isEmpty)
  }
}
