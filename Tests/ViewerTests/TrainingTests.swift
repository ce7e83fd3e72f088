import Foundation
import Testing
import Viewer

@Suite("Training runs in the viewer")
struct TrainingTests {
  private struct List: Decodable {
    struct Run: Decodable {
      var name: String
      var state: String
      var step: Int
      var stepCount: Int?
      var secondsLeft: Double?
      var unexplained: Double?
      var settings: [String: String]
    }
    var folders: [String]
    var runs: [Run]
  }

  private struct Answer: Decodable {
    struct Curves: Decodable {
      var steps: [Int]
      var unexplained: [Double?]
      var layers: [[Double]]
      var reconstruction: [Double?]
      var divergence: [Double?]
      var dead: [Double?]
    }
    var run: List.Run
    var curves: Curves
  }

  private static let settings = "activation: batchtopk\nbatch: 2048\ntokens: 327680\n"

  private static func line(_ step: Int, of count: Int = 100, more: String = "") -> String {
    #"{"step":\#(step),"stepCount":\#(count),"tokens":\#(step * 2048),"tokensPerSecond":4096,"secondsLeft":400,"#
      + #""parts":{"reconstruction":2.5,"sparsity":0,"dead":[0.5,0]\#(more)},"unexplained":[0.25,0.75]}"#
      + "\n"
  }

  /// Puts runs below a folder and asks the site for a path.
  private func ask<Value: Decodable>(
    _ type: Value.Type, _ path: String, runs: [String: [String: String]], age: TimeInterval = 0
  ) async throws -> Value? {
    try await TemporaryGraphs.with([:]) { root in
      for (name, files) in runs {
        let folder = root.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (file, text) in files {
          let place = folder.appendingPathComponent(file)
          try Data(text.utf8).write(to: place)
          let date = Date().addingTimeInterval(-age)
          try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: place.path)
        }
      }
      var contents = ViewerContents(graphDirectory: root)
      contents.trainingDirectories = [root, root]
      let site = try ViewerSite(contents, address: ListenAddress())
      let response = await site.response(to: SiteRequest(path: path, host: TestSite.host))
      guard response.status == 200, case .data(let data) = response.body else { return nil }
      return try JSONDecoder().decode(type, from: data)
    }
  }

  @Test("A run goes on while numbers arrive, is finished with its last step, and is stale after long silence")
  func states() async throws {
    let file = { (metrics: String) in ["training.yaml": Self.settings, "metrics.jsonl": metrics] }
    let closed = [
      "training.yaml": "tokens: 0\n", "metrics.jsonl": "", "config.yaml": "model_kind: transcoder_set",
    ]
    let runs = [
      "a": file(Self.line(10) + Self.line(20)), "b": file(Self.line(100)), "c": file(""), "d": closed,
      "no-run": ["metrics.jsonl": Self.line(10)],
    ]
    let young = try #require(await ask(List.self, "/api/v1/training", runs: runs))
    let states = Dictionary(uniqueKeysWithValues: young.runs.map { ($0.name, $0.state) })
    #expect(states == ["a": "running", "b": "finished", "c": "running", "d": "finished"])
    let first = try #require(young.runs.first { $0.name == "a" })
    #expect(first.step == 20 && first.stepCount == 100 && first.unexplained == 0.5)
    #expect(first.settings["batch"] == "2048" && (first.secondsLeft ?? 0) > 300)
    let old = try #require(await ask(List.self, "/api/v1/training", runs: runs, age: 7200))
    #expect(old.runs.filter { $0.state == "stale" }.map(\.name).sorted() == ["a", "c"])
    #expect(old.runs.allSatisfy { $0.secondsLeft == nil })
  }

  @Test("Curves have a point for each line, and null for what a line lacks")
  func curves() async throws {
    let metrics =
      Self.line(10) + "garbage\n" + #"{"step":20}"# + "\n"
      + Self.line(30, more: #","divergence":1.5"#) + #"{"step":40,"layerFVU":[0.1]}"# + "\n" + #"{"step":50"#
    let runs = ["my run/ü": ["training.yaml": Self.settings, "metrics.jsonl": metrics]]
    let inner = ["my run": ["training.yaml": Self.settings, "metrics.jsonl": metrics]]
    #expect(try await ask(Answer.self, "/api/v1/training/nothing", runs: runs) == nil)
    let answer = try #require(await ask(Answer.self, "/api/v1/training/my%20run", runs: inner))
    #expect(answer.curves.steps == [10, 20, 30, 40])
    #expect(answer.curves.unexplained == [0.5, nil, 0.5, 0.1])
    #expect(answer.curves.layers == [[0.25, 0.75], [], [0.25, 0.75], [0.1]])
    #expect(
      answer.curves.divergence == [nil, nil, 1.5, nil] && answer.curves.dead == [0.25, nil, 0.25, nil])
    #expect(answer.run.name == "my run")
  }

  @Test("Long runs are thinned, and their first and last lines stay")
  func thinned() async throws {
    let metrics = (1...3000).map { Self.line($0 * 10, of: 30_000) }.joined()
    let runs = ["long": ["training.yaml": Self.settings, "metrics.jsonl": metrics]]
    let steps = try #require(await ask(Answer.self, "/api/v1/training/long", runs: runs)).curves.steps
    #expect(steps.count == 400 && steps.first == 10 && steps.last == 30_000 && steps == steps.sorted())
  }

  @Test(
    "Damaged numbers and settings stop nothing",
    arguments: [
      "", "\n\n\n", "{", "[1]\n", "\u{0}\n", #"{"step":1e99}"# + "\n", #"{"step":"a"}"# + "\n",
      String(repeating: "[", count: 100_000) + "\n", #"{"step":1,"unexplained":[1e999]}"# + "\n",
    ])
  func damaged(text: String) async throws {
    let runs = ["run": ["training.yaml": text, "metrics.jsonl": text]]
    #expect(try await ask(List.self, "/api/v1/training", runs: runs)?.runs.count == 1)
    #expect(try await ask(Answer.self, "/api/v1/training/run", runs: runs)?.curves.steps.isEmpty == true)
  }

  @Test(
    "Names do not lead out of the folders",
    arguments: ["..%2Frun", "%2e%2e", "run%00", "run/metrics.jsonl", ""])
  func traversal(name: String) async throws {
    let runs = ["run": ["training.yaml": Self.settings, "metrics.jsonl": Self.line(10)]]
    #expect(try await ask(Answer.self, "/api/v1/training/" + name, runs: runs) == nil)
  }
}
