import Foundation
import Testing
import Viewer

@Suite("The live model behind the site")
struct LiveTests {
  /// Waits until a job's state is one of those wanted.
  private func job(_ id: String, _ site: TestSite, until states: Set<String>) async throws -> [String: Any] {
    for _ in 0..<400 {
      let job = try #require(try await site.json("/api/v1/jobs/\(id)")["job"] as? [String: Any])
      if states.contains(job["state"] as? String ?? "") { return job }
      try await Task.sleep(for: .milliseconds(10))
    }
    throw CocoaError(.fileReadUnknown)
  }

  private func trace(_ text: String, _ site: TestSite, client: String = "") async throws -> String {
    let response = await site.send("POST", "/api/v1/traces", #"{"text":"\#(text)"}"#, client: client)
    #expect(response.status == 202)
    return try #require((try response.object()["job"] as? [String: Any])?["id"] as? String)
  }

  @Test("A trace is a job with a result, or with a sentence that says why not")
  func outcomes() async throws {
    try await TestSite.with(live: FakeModel()) { site in
      let good = try await job(try await trace("good", site), site, until: ["done"])
      let result = try #require(good["result"] as? [String: Any])
      #expect(result["slug"] as? String == "good" && result["edgeCount"] as? Int == 2)
      #expect(good["kind"] as? String == "trace" && good["title"] as? String == "good")
      let bad = try await job(try await trace("bad", site), site, until: ["failed"])
      #expect((bad["error"] as? [String: Any])?["code"] as? String == "cannot_trace")
      let all = try #require(try await site.json("/api/v1/jobs")["jobs"] as? [[String: Any]])
      #expect(all.count == 2)
      #expect(await site.get("/api/v1/jobs/none").code == "no_such_job")
      #expect(await site.get("/api/v1/jobs/none/events").code == "no_such_job")
    }
  }

  @Test("Clients take turns: who asked for many does not keep another waiting for all of them")
  func turns() async throws {
    let model = FakeModel(isGated: true)
    try await TestSite.with(live: model) { site in
      var ids: [String] = []
      for text in ["a1", "a2", "a3"] { ids.append(try await trace(text, site, client: "a")) }
      _ = try await job(ids[0], site, until: ["running"])
      ids.append(try await trace("b1", site, client: "b"))
      let waiting = try await job(ids[3], site, until: ["waiting"])
      #expect(waiting["waiting"] as? Int == 1)
      #expect(try await job(ids[2], site, until: ["waiting"])["waiting"] as? Int == 3)
      for _ in 0..<4 { model.open() }
      for id in ids { _ = try await job(id, site, until: ["done"]) }
      #expect(model.calls == ["trace a1", "trace b1", "trace a2", "trace a3"])
    }
  }

  @Test("Jobs are cancelled while they wait and while they run; short requests do not wait for them")
  func cancel() async throws {
    let model = FakeModel(isGated: true)
    try await TestSite.with(live: model) { site in
      let first = try await trace("first", site)
      let second = try await trace("second", site)
      _ = try await job(first, site, until: ["running"])
      #expect(await site.send("DELETE", "/api/v1/jobs/\(second)").status == 200)
      _ = try await job(second, site, until: ["cancelled"])
      #expect(await site.send("POST", "/api/v1/active-features", #"{"text":"x"}"#).status == 200)
      #expect(await site.send("DELETE", "/api/v1/jobs/\(first)").status == 200)
      model.open()
      _ = try await job(first, site, until: ["cancelled"])
      #expect(model.calls == ["trace first"])
      #expect(await site.send("DELETE", "/api/v1/jobs/\(first)").status == 200)
      #expect(await site.send("DELETE", "/api/v1/jobs/x").code == "no_such_job")
    }
  }

  @Test("A job is followed as events to its end")
  func events() async throws {
    let model = FakeModel(isGated: true)
    try await TestSite.with(live: model) { site in
      let id = try await trace("x", site)
      let response = await site.get("/api/v1/jobs/\(id)/events")
      #expect(response.headers["Content-Type"] == "text/event-stream")
      guard case .stream(let pieces) = response.body else { throw CocoaError(.coderInvalidValue) }
      var names: [Substring] = []
      for await piece in pieces {
        let text = String(decoding: piece, as: UTF8.self)
        #expect(text.hasSuffix("\n\n") && text.contains("\ndata: {"))
        names.append(text.prefix { $0 != "\n" })
        if names.count == 1 { model.open() }
      }
      #expect(names.first == "event: job" && names.last == "event: end" && names.count >= 2)
    }
  }

  @Test("A newer request of a stream takes the place of one that waits")
  func superseded() async throws {
    let model = FakeModel(isGated: true)
    try await TestSite.with(live: model) { site in
      let ask = { @Sendable (text: String) in
        await site.send("POST", "/api/v1/next-tokens", #"{"text":"\#(text)","stream":"composer"}"#)
      }
      async let first = ask("1")
      while model.calls.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
      async let second = ask("2")
      try await Task.sleep(for: .milliseconds(200))
      async let third = ask("3")
      #expect(await second.code == "superseded")
      model.open()
      model.open()
      #expect(await first.status == 200)
      #expect(await third.status == 200)
    }
  }

  @Test("Too much waiting work is refused")
  func busy() async throws {
    let model = FakeModel(isGated: true)
    try await TestSite.with(live: model) { site in
      var statuses: [Int] = []
      for _ in 0..<20 { statuses.append(await site.send("POST", "/api/v1/traces", #"{"text":"x"}"#).status) }
      #expect(statuses.prefix(16).allSatisfy { $0 == 202 } && statuses.last == 503)
      for _ in 0..<20 { model.open() }
    }
  }

  @Test(
    "Requests that make no sense never reach the model",
    arguments: [
      ("next-tokens", "{}"), ("next-tokens", #"{"text":""}"#), ("next-tokens", #"{"text":"a","tokens":[1]}"#),
      ("next-tokens", #"{"tokens":[]}"#), ("next-tokens", #"{"text":"a","count":0}"#),
      ("next-tokens", #"{"text":"a","count":1e30}"#),
      ("next-tokens", #"{"text":"a\u0000b"}"#), ("next-tokens", #"{"messages":[]}"#),
      ("next-tokens", #"{"messages":[{"role":"user"}]}"#),
      ("next-tokens", #"{"graph":"nothing"}"#), ("next-tokens", #"{"tokens":["a"]}"#),
      ("next-tokens", #"{"text":7}"#),
      ("active-features", #"{"text":"a","limit":-1}"#), ("active-features", "[]"),
      ("active-features", "nonsense"),
      ("traces", #"{"text":"a","logitMass":2}"#), ("traces", #"{"text":"a","maxFeatureNodes":0}"#),
      ("traces", #"{"text":"a","coverage":-0.1}"#),
      ("traces", #"{"text":"a","minus":"b"}"#), ("traces", #"{"text":"a","slug":"../x"}"#),
      ("traces", #"{"text":"a","maxLogits":99999999999999999999}"#),
      ("traces", #"{"text":"a","targets":[1.5]}"#), ("traces", #"{"text":"a","nodeThreshold":1e999}"#),
      ("interventions", #"{"text":"a"}"#),
      ("interventions", #"{"text":"a","nodes":[{"id":"1_2_3","factor":0}]}"#),
      ("interventions", #"{"graph":"small","nodes":[{"id":"1_2_3","factor":0}]}"#),
      ("interventions", #"{"graph":"small","nodes":[{"id":"E_1_0","factor":1e999}]}"#),
      ("interventions", #"{"graph":"small","supernodes":[{"label":"x","members":["E_1_0"]}]}"#),
      (
        "interventions", #"{"graph":"small","nodes":[{"id":"E_1_0","factor":0}],"generate":{"count":100000}}"#
      ),
      (
        "interventions",
        #"{"graph":"small","nodes":[{"id":"E_1_0","factor":0}],"generate":{"count":2,"temperature":-1}}"#
      ),
    ])
  func nonsense(path: String, body: String) async throws {
    let model = FakeModel()
    try await TestSite.with(["small.json": try TemporaryGraphs.small()], live: model) { site in
      let response = await site.send("POST", "/api/v1/" + path, body)
      #expect([400, 404, 422].contains(response.status) && response.code != nil, "\(response.status)")
      #expect(response.message.hasSuffix("."))
      #expect(model.calls.isEmpty)
    }
  }

  @Test("Nodes and supernodes of a graph reach the model as nodes; equal names are told apart")
  func intervention() async throws {
    let model = FakeModel()
    // The tokens of the prompt are those of its token nodes.
    let text = try TemporaryGraphs.small().replacing(#"["a", " b"]"#, with: #"["a"]"#)
      .replacing("\"2_9_1\"", with: "\"2_9_0\"").replacing("\"ctx_idx\": 1", with: "\"ctx_idx\": 0")
    try await TestSite.with(["small.json": text], live: model) { site in
      let body =
        #"{"graph":"small","nodes":[{"id":"E_1_0","factor":-2}],"supernodes":[{"label":"x","members":["E_1_0"]},{"label":"x","members":[]}]}"#
      let started = try await site.send("POST", "/api/v1/interventions", body).object()
      let id = try #require((started["job"] as? [String: Any])?["id"] as? String)
      let done = try await job(id, site, until: ["done"])
      #expect((done["result"] as? [String: Any])?["candidates"] != nil)
      #expect(model.calls == [#"intervene ["T:0x-2.0", "x", "x (2)"]"#])
      let heads = try await site.json("/api/v1/graphs/small/heads?source=E_1_0&target=2_9_0")
      #expect(heads["weight"] as? Double == 1 && (heads["through"] as? [[Double]])?.first?.count == 4)
      #expect(await site.get("/api/v1/graphs/small/heads?source=E_1_0&target=9_9_9").code == "no_such_node")
    }
  }

  @Test("Without a model everything live says so")
  func noModel() async throws {
    try await TestSite.with { site in
      for path in ["next-tokens", "active-features", "traces", "interventions"] {
        #expect(await site.send("POST", "/api/v1/" + path, #"{"text":"a"}"#).code == "no_live_model")
      }
      #expect(await site.get("/api/v1/models").code == "no_live_model")
      let about = try await site.json("/api/v1")
      #expect(about["isLive"] as? Bool == false)
    }
  }
}
