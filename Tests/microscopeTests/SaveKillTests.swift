import Foundation
import LinearAlgebra
import Testing

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

@Suite("serve, killed while it saves", .serialized)
struct SaveKillTests {
  @Test("Every edit that was acknowledged before kill -9 is there afterwards, and every file can be read")
  func killed() async throws {
    let sandbox = try Sandbox()
    let arguments = ["serve", "--port", "0"] + (try await features(sandbox))
    try graph(sandbox, "small", padding: 0)
    try graph(sandbox, "large", padding: 2 << 20)
    try graph(sandbox, "removed", padding: 0)
    var random = SplitMix64(seed: 7)
    var tool = try sandbox.start(arguments)
    var editors = try await Editor.all(on: SavingServer(try await tool.address()))
    for _ in 0..<12 {
      try await editThenKill(&editors, tool, after: .milliseconds(Int.random(in: 0...120, using: &random)))
      tool = try sandbox.start(arguments)
      let server = SavingServer(try await tool.address())
      for place in editors.indices {
        let acknowledged = editors[place].acknowledged
        let shown = try await editors[place].shown(server, acknowledged)
        // The edit that was under way may be there or not: nobody was told.
        #expect((acknowledged...acknowledged + 1).contains(shown), "\(editors[place].name)")
        editors[place].acknowledged = shown
      }
      #expect(try await server.graphs().unreadable.isEmpty)
    }
    #expect(editors.allSatisfy { $0.acknowledged > 12 }, "\(editors.map(\.acknowledged))")
    kill(tool.process.processIdentifier, SIGINT)
    #expect(await tool.outcome(timeout: 10).status == 0)
    let folder = sandbox.home.appending(path: "graphs")
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name.hasSuffix(".json")
    {
      let data = try Data(contentsOf: folder.appending(path: name))
      #expect(throws: Never.self, "\(name)") { try JSONSerialization.jsonObject(with: data) }
    }
  }

  /// Lets all editors save at once, and kills the server a while after the first edit was acknowledged.
  private func editThenKill(
    _ editors: inout [Editor], _ tool: RunningTool, after delay: Duration
  ) async throws {
    let server = SavingServer(try await tool.address())
    let (saves, saved) = AsyncStream<Void>.makeStream()
    let identifier = tool.process.processIdentifier
    let killing = Task {
      _ = await saves.first { true }
      try? await Task.sleep(for: delay)
      kill(identifier, SIGKILL)
    }
    editors = await withTaskGroup(of: (Int, Editor).self) { group in
      for (place, editor) in editors.enumerated() {
        group.addTask { (place, await editor.saving(on: server) { saved.yield() }) }
      }
      return await group.reduce(into: editors) { $0[$1.0] = $1.1 }
    }
    await killing.value
    #expect(await tool.outcome(timeout: 30).signal == SIGKILL)
  }

  /// Makes the store in which labels are saved; returns the options that name its features.
  private func features(_ sandbox: borrowing Sandbox) async throws -> [String] {
    _ = try sandbox.file("text.txt", (0..<90).map { "the \($0) cats sat on a mat" }.joined(separator: " "))
    let source = ["--model", try TinyModel.path(), "--transcoders", try TinyModel.transcoders("plt-relu")]
    _ = try await sandbox.succeed(
      ["dashboards", "build", "--text", "text.txt", "--tokens", "400", "--context", "16"] + source)
    return source
  }

  /// Puts a graph into the home, with blanks that make writing it take longer.
  private func graph(_ sandbox: borrowing Sandbox, _ slug: String, padding: Int) throws {
    let folder = sandbox.home.appending(path: "graphs")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let text = Editor.graph(slug) + String(repeating: " ", count: padding)
    try Data(text.utf8).write(to: folder.appending(path: slug + ".json"))
  }
}

/// Somebody who saves one edit after another, numbered from 1.
private struct Editor: Sendable {
  let name: String
  /// The number of the last edit that the server said it kept.
  var acknowledged = 0
  /// Saves an edit; throws when it was not acknowledged.
  let save: @Sendable (SavingServer, Int) async throws -> Void
  /// The number of the edit that the server shows; where edits repeat, the first from the given one on.
  let shown: @Sendable (SavingServer, Int) async throws -> Int

  /// Saves until the server is gone; tells of every edit that was acknowledged.
  func saving(on server: SavingServer, _ tell: @Sendable () -> Void) async -> Editor {
    var editor = self
    while (try? await save(server, editor.acknowledged + 1)) != nil {
      editor.acknowledged += 1
      tell()
    }
    return editor
  }

  /// Two who work on graphs, one who writes a label, one who imports graphs, and one who deletes one and restores it.
  static func all(on server: SavingServer) async throws -> [Editor] {
    let set = try #require(try await server.set())
    return [
      query(of: "small"), query(of: "large"), label("sets/\(set)/features/0/1/label"), imports, removal,
    ]
  }

  private static func query(of slug: String) -> Editor {
    Editor(name: slug) { server, number in
      try await server.send("PUT", "graphs/\(slug)/query", #"{"query":{"clickedId":"\#(number)"}}"#)
    } shown: { server, _ in
      struct Answer: Decodable {
        struct Query: Decodable { var clickedId: String? }
        var query: Query
      }
      return Int(try await server.get(Answer.self, "graphs/\(slug)/query").query.clickedId ?? "0") ?? -1
    }
  }

  private static func label(_ path: String) -> Editor {
    Editor(name: "label") { server, number in
      try await server.send("PUT", path, #"{"text":"\#(number)"}"#)
    } shown: { server, _ in
      struct Answer: Decodable {
        struct Label: Decodable {
          var text: String
          var origin: String
        }
        var labels: [Label]
      }
      let labels = try await server.get(Answer.self, path).labels
      return Int(labels.first { $0.origin == "person" }?.text ?? "0") ?? -1
    }
  }

  /// Imports `import-1`, `import-2` …; what is shown is how many there are, without a gap.
  private static var imports: Editor {
    Editor(name: "imports") { server, number in
      try await server.send("POST", "graphs?slug=import-\(number)", graph("import-\(number)"))
    } shown: { server, _ in
      let slugs = Set(try await server.graphs().graphs.map(\.slug))
      var count = 0
      while slugs.contains("import-\(count + 1)") { count += 1 }
      return count == slugs.filter { $0.hasPrefix("import-") }.count ? count : -1
    }
  }

  /// Deletes a graph with every odd edit, and restores it with every even one.
  private static var removal: Editor {
    Editor(name: "removal") { server, number in
      if number % 2 == 1 { return try await server.send("DELETE", "graphs/removed", "") }
      let id = try #require(try await server.trash().first)
      try await server.send("POST", "trash/\(id)/restore", "")
    } shown: { server, acknowledged in
      let isThere = try await server.graphs().graphs.contains { $0.slug == "removed" }
      guard try await server.trash().count == (isThere ? 0 : 1) else { return -1 }
      return isThere == (acknowledged % 2 == 0) ? acknowledged : acknowledged + 1
    }
  }

  /// A small graph as JSON.
  static func graph(_ slug: String) -> String {
    #"""
    {"metadata": {"slug": "\#(slug)", "scan": "demo", "transcoder_list": [], "prompt_tokens": ["a", " b"],
      "prompt": "a b", "node_threshold": 0.8, "schema_version": 1},
     "qParams": {},
     "nodes": [
      {"node_id": "E_1_0", "feature": 0, "layer": "E", "ctx_idx": 0, "feature_type": "embedding", "jsNodeId": "E_1-0",
       "clerp": ""},
      {"node_id": "2_9_1", "feature": 9, "layer": "2", "ctx_idx": 1, "feature_type": "logit", "jsNodeId": "L_9-1",
       "clerp": "Output \"x\" (p=0.8)", "token_prob": 0.8}],
     "links": [{"source": "E_1_0", "target": "2_9_1", "weight": 1.5}]}
    """#
  }
}

/// The API of a server that may vanish.
private struct SavingServer: Sendable {
  private let address: URL
  private let session = URLSession(configuration: .ephemeral)

  struct Graphs: Decodable {
    struct Graph: Decodable { var slug: String }
    struct Unreadable: Decodable { var file: String }
    var graphs: [Graph]
    var unreadable: [Unreadable]
  }

  init(_ address: URL) { self.address = address }

  func send(_ method: String, _ path: String, _ body: String) async throws {
    var request = try request(path)
    request.httpMethod = method
    request.httpBody = Data(body.utf8)
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    request.setValue("1", forHTTPHeaderField: "X-Microscope")
    _ = try await answer(request)
  }

  func get<Value: Decodable>(_ type: Value.Type, _ path: String) async throws -> Value {
    try JSONDecoder().decode(type, from: try await answer(try request(path)))
  }

  func graphs() async throws -> Graphs { try await get(Graphs.self, "graphs") }

  /// The names that deleted graphs have, as they stand in a path.
  func trash() async throws -> [String] {
    struct Answer: Decodable {
      struct Item: Decodable { var id: String }
      var items: [Item]
    }
    return try await get(Answer.self, "trash").items.map { $0.id.replacing("~", with: "%7E") }
  }

  /// The first set of features that has a store, as it stands in a path.
  func set() async throws -> String? {
    struct Answer: Decodable {
      struct Set: Decodable { var id: String }
      var sets: [Set]
    }
    return try await get(Answer.self, "sets").sets.first?.id.addingPercentEncoding(
      withAllowedCharacters: .alphanumerics)
  }

  private func request(_ path: String) throws -> URLRequest {
    var request = URLRequest(url: try #require(URL(string: "api/v1/" + path, relativeTo: address)))
    request.timeoutInterval = 10
    request.cachePolicy = .reloadIgnoringLocalCacheData
    return request
  }

  /// The body of an answer, which must not be an error.
  private func answer(_ request: URLRequest) async throws -> Data {
    let (data, response) = try await session.data(for: request)
    guard let status = (response as? HTTPURLResponse)?.statusCode, status < 300 else {
      throw URLError(.badServerResponse)
    }
    return data
  }
}
