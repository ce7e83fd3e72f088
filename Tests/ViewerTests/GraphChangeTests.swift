import Foundation
import GraphFiles
import Testing
import Viewer

@Suite("Saving, deleting and exchanging graphs")
struct GraphChangeTests {
  private let query = "/api/v1/graphs/small/query"

  private func revision(_ site: TestSite) async throws -> String {
    try #require(try await site.json(query)["revision"] as? String)
  }

  @Test("Work is saved into the file, beside what other tools keep, and nothing else changes")
  func save() async throws {
    let text = try TemporaryGraphs.small().replacing(
      "\"qParams\": {}", with: #""qParams": {"mine": [1, "}"]}"#)
    try await TestSite.with(["small.json": text]) { site in
      let first = try await revision(site)
      let body =
        #"{"revision":"\#(first)","query":{"pinnedIds":["E_1_0"],"supernodes":[["a \"b\"","E_1_0"]],"pruningThreshold":0.7,"clerps":[["9","x"]],"mine":[1,"}"],"microscope":{"x":1.5}}}"#
      let saved = await site.send("PUT", query, body)
      #expect(saved.status == 200)
      let file = try GraphFile(contentsOf: site.directory.appendingPathComponent("small.json"))
      #expect(file.query.pinnedIDs == ["E_1_0"] && file.query.pruningThreshold == 0.7)
      #expect(file.query.supernodes == [SupernodeRecord(label: "a \"b\"", members: ["E_1_0"])])
      #expect(file.query.other["mine"] == .array([.integer(1), .string("}")]))
      #expect(file.query.other["microscope"] == .object(["x": .number(1.5)]))
      #expect(file.query.labels == [LabelRecord(feature: "9", label: "x")])
      var unchanged = try GraphFile(data: Data(text.utf8))
      unchanged.query = file.query
      #expect(unchanged == file)
      #expect(try saved.object()["revision"] as? String == (try await revision(site)))
    }
  }

  @Test("Who saves on top of another's work is told, and nothing is lost")
  func conflict() async throws {
    try await TestSite.with(["small.json": try TemporaryGraphs.small()]) { site in
      let first = try await revision(site)
      let body = { (id: String) in #"{"revision":"\#(first)","query":{"clickedId":"\#(id)"}}"# }
      #expect(await site.send("PUT", query, body("a")).status == 200)
      #expect(await site.send("PUT", query, body("b")).code == "conflict")
      let kept = try #require(try await site.json(query)["query"] as? [String: Any])
      #expect(kept["clickedId"] as? String == "a")
      #expect(await site.send("PUT", query, #"{"query":{"clickedId":"c"}}"#).status == 200)
    }
  }

  @Test("Of many who save at once with one revision, one wins")
  func race() async throws {
    try await TestSite.with(["small.json": try TemporaryGraphs.small()]) { site in
      let first = try await revision(site)
      let won = await withTaskGroup(of: Bool.self) { group in
        for number in 0..<20 {
          group.addTask {
            await site.send("PUT", query, #"{"revision":"\#(first)","query":{"clickedId":"\#(number)"}}"#)
              .status == 200
          }
        }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(won == 1)
    }
  }

  @Test("A file without qParams gets them; bodies that make no sense change nothing")
  func odd() async throws {
    let bare = try TemporaryGraphs.small().replacing("\"qParams\": {},", with: "")
    try await TestSite.with(["small.json": bare]) { site in
      for body in ["", "{", "[]", #"{"query":7}"#, "\u{FFFD}", #"{"revision":1,"query":{}}"#] {
        #expect(await site.send("PUT", query, body).status == 400, "\(body)")
      }
      let invalid = await site.site.response(
        to: SiteRequest(
          method: "PUT", path: query, host: TestSite.host,
          headers: ["content-type": "application/json", "x-microscope": "1"], body: Data([0x7B, 0xFF, 0x7D])))
      #expect(invalid.code == "bad_json")
      let place = site.directory.appendingPathComponent("small.json")
      let untouched = try String(contentsOf: place, encoding: .utf8)
      #expect(untouched == bare)
      #expect(await site.send("PUT", query, #"{"query":{"clickedId":"x"}}"#).status == 200)
      let saved = try GraphFile(contentsOf: place)
      #expect(saved.query.clickedID == "x")
    }
  }

  @Test("A deleted graph can be restored, but not over another of its name")
  func trash() async throws {
    let small = try TemporaryGraphs.small()
    try await TestSite.with(["small.json": small]) { site in
      try Data("raw".utf8).write(to: site.directory.appendingPathComponent("small.safetensors"))
      let id = try #require(
        try await site.send("DELETE", "/api/v1/graphs/small").object()["trash"] as? String)
      #expect(await site.get("/api/v1/graphs/small").code == "no_such_graph")
      #expect(await site.send("DELETE", "/api/v1/graphs/small").code == "no_such_graph")
      let items = try #require(try await site.json("/api/v1/trash")["items"] as? [[String: Any]])
      #expect(items.count == 1 && items[0]["prompt"] as? String == "a b" && items[0]["id"] as? String == id)
      #expect(await site.send("POST", "/api/v1/graphs", small).status == 201)
      #expect(await site.send("POST", "/api/v1/trash/\(id)/restore").code == "name_taken")
      let second = try #require(
        try await site.send("DELETE", "/api/v1/graphs/small").object()["trash"] as? String)
      #expect(
        try await site.send("POST", "/api/v1/trash/\(id)/restore").object()["slug"] as? String == "small")
      #expect(await site.get("/api/v1/graphs/small").data == Data(small.utf8))
      #expect(
        FileManager.default.fileExists(
          atPath: site.directory.appendingPathComponent("small.safetensors").path))
      #expect(await site.send("POST", "/api/v1/trash/\(id)/restore").code == "no_such_trash")
      #expect(second != id)
    }
  }

  @Test("What has been in the trash for a month is gone when the viewer starts; the rest stays")
  func emptyTrash() async throws {
    let now = Int64(Date().timeIntervalSince1970 * 1000)
    try await TemporaryGraphs.with([:]) { directory in
      let trash = directory.appendingPathComponent(".trash")
      try FileManager.default.createDirectory(at: trash, withIntermediateDirectories: true)
      for days in [1, 29, 31] as [Int64] {
        try Data(try TemporaryGraphs.small().utf8).write(
          to: trash.appendingPathComponent("g~\(now - days * 86_400_000).json"))
      }
      _ = try ViewerSite(ViewerContents(graphDirectory: directory), address: ListenAddress())
      #expect(try FileManager.default.contentsOfDirectory(atPath: trash.path).count == 2)
    }
  }

  @Test(
    "A deletion that was cut short before the raw graph moved can be undone, and costs no other graph its own"
  )
  func halfDeleted() async throws {
    let small = try TemporaryGraphs.small()
    try await TestSite.with(["small.json": small]) { site in
      let raw = site.directory.appendingPathComponent("small.safetensors")
      let id = try #require(
        try await site.send("DELETE", "/api/v1/graphs/small").object()["trash"] as? String)
      try Data("raw".utf8).write(to: raw)
      let other = await site.send("POST", "/api/v1/graphs", small)
      #expect(try other.object()["slug"] as? String == "small-2")
      #expect(await site.send("POST", "/api/v1/trash/\(id)/restore").status == 200)
      #expect(try Data(contentsOf: raw) == Data("raw".utf8))
    }
  }

  @Test("What killed writers left is gone when the viewer starts; what is being written stays")
  func tornWrites() async throws {
    try await TemporaryGraphs.with([".dat.nosync1.a": "{", ".dat.nosync2.b": "{"]) { directory in
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -7200)],
        ofItemAtPath: directory.appendingPathComponent(".dat.nosync1.a").path)
      _ = try ViewerSite(ViewerContents(graphDirectory: directory), address: ListenAddress())
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == [".dat.nosync2.b"])
    }
  }

  @Test("Uploads are stored under a free name")
  func upload() async throws {
    let small = try TemporaryGraphs.small()
    try await TestSite.with { site in
      for slug in ["small", "small-2", "small-3"] {
        let stored = await site.send("POST", "/api/v1/graphs", small)
        #expect(stored.status == 201)
        #expect(try stored.object()["slug"] as? String == slug)
      }
      #expect(
        try await site.send("POST", "/api/v1/graphs?slug=other", small).object()["slug"] as? String == "other"
      )
      for slug in ["..%2Fx", "", "a%2Fb", ".x", "graph-metadata"] {
        #expect(
          await site.send("POST", "/api/v1/graphs?slug=" + slug, small).code == "bad_request", "\(slug)")
      }
      let names = try FileManager.default.contentsOfDirectory(atPath: site.directory.path)
      #expect(
        Set(names) == ["small.json", "small-2.json", "small-3.json", "other.json", "graph-metadata.json"])
    }
  }

  @Test(
    "What is no graph is refused with the place that is wrong",
    arguments: [
      ("", "it is not valid JSON"), ("[1]", "it is not a JSON object"), ("{}", "metadata is missing"),
      (#""nodes": ["#, "it is not valid JSON"),
    ])
  func noGraph(text: String, problem: String) async throws {
    try await TestSite.with { site in
      let refused = await site.send("POST", "/api/v1/graphs", text)
      #expect(refused.code == "invalid_graph" && refused.message.contains(problem), "\(refused.message)")
    }
  }

  @Test(
    "A damaged graph is refused with the place that is wrong",
    arguments: [
      ("\"slug\": \"small\", ", "", "metadata.slug is missing"),
      ("\"ctx_idx\": 1", "\"ctx_idx\": 1.5", "nodes[1].ctx_idx is not a whole number"),
      ("\"ctx_idx\": 1", "\"ctx_idx\": 2", "nodes[1].ctx_idx is not a position"),
      ("\"2_9_1\", \"weight\"", "\"nobody\", \"weight\"", "links[0].target is no node"),
      ("\"node_id\": \"2_9_1\"", "\"node_id\": \"E_1_0\"", "nodes[1].node_id is that of another"),
      ("\"weight\": 1.5", "\"weight\": \"1.5\"", "links[0].weight is not a number"),
      ("\"clerp\": \"\"", "\"x\": \"\"", "nodes[0].clerp is missing"),
      ("\" b\"]", "7]", "metadata.prompt_tokens[1] is not a text"),
      ("\"qParams\": {}", "\"qParams\": []", "qParams is not an object"),
    ])
  func damaged(part: String, other: String, problem: String) async throws {
    let text = try TemporaryGraphs.small()
    #expect(text.contains(part))
    try await TestSite.with { site in
      let refused = await site.send("POST", "/api/v1/graphs", text.replacing(part, with: other))
      #expect(refused.status == 422 && refused.message.contains(problem), "\(refused.message)")
      #expect(refused.message.hasSuffix("."))
    }
  }

  @Test("Work goes to circuit-tracer's and Neuronpedia's viewers and comes back the same")
  func exchange() async throws {
    try await TestSite.with(["small.json": try TemporaryGraphs.small()]) { site in
      let work =
        #"{"query":{"pinnedIds":["E_1_0","2_9_1"],"supernodes":[["a & b, c","E_1_0"]],"clickedId":"2_9_1","pruningThreshold":0.6,"clerps":[["9","ü = x"]]}}"#
      #expect(await site.send("PUT", query, work).status == 200)
      let kept = try JSONDecoder().decode(
        QueryParameters.self,
        from: JSONSerialization.data(withJSONObject: try #require(try await site.json(query)["query"])))
      for target in ["circuit-tracer", "neuronpedia"] {
        let export = try await site.json("\(query)/export?for=\(target)")
        let address = try #require(export["address"] as? String)
        let forms = [
          try JSONSerialization.data(withJSONObject: try #require(export["query"])),
          try JSONEncoder().encode(["address": "https://viewer.example/graph" + address]),
        ]
        for form in forms {
          let back = try await site.send("POST", query + "/import", String(decoding: form, as: UTF8.self))
            .object()
          #expect(back["unknown"] as? [String] == [])
          let read = try JSONDecoder().decode(
            QueryParameters.self, from: JSONSerialization.data(withJSONObject: try #require(back["query"])))
          #expect(read.pinnedIDs == kept.pinnedIDs && read.supernodes == kept.supernodes)
          #expect(read.labels == kept.labels && read.pruningThreshold == kept.pruningThreshold)
        }
      }
      #expect(await site.get("\(query)/export?for=x").code == "bad_request")
    }
  }

  @Test("Imported ids that the graph does not have are named and left out")
  func unknownIDs() async throws {
    try await TestSite.with(["small.json": try TemporaryGraphs.small()]) { site in
      let body =
        #"{"qParams":{"pinnedIds":"E_1_0,7_7_7","supernodes":"[[\"x\",\"8_8_8\"],[\"y\",\"E_1_0\",\"7_7_7\"]]"}}"#
      let answer = try await site.send("POST", query + "/import", body).object()
      #expect(answer["unknown"] as? [String] == ["7_7_7", "8_8_8"])
      let read = try #require(answer["query"] as? [String: Any])
      #expect(read["pinnedIds"] as? [String] == ["E_1_0"])
      #expect(read["supernodes"] as? [[String]] == [["y", "E_1_0"]])
      #expect(
        await site.send("POST", query + "/import", #"{"address":"https://x/?a=b"}"#).code == "invalid_query")
    }
  }
}
