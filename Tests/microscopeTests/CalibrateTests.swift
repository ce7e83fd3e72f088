import Foundation
import Testing

@Suite("calibrate", .serialized)
struct CalibrateTests {
  /// What of a report is looked at.
  private struct Report: Decodable, Equatable {
    struct Basis: Decodable, Equatable {
      let name: String
      let key: Scores
      let control: Scores
    }
    struct Scores: Decodable, Equatable {
      let foundUnpruned: Rate
      let suppressions: Rate
      let swaps: Rate
      let exact: Exact?
    }
    struct Exact: Decodable, Equatable {
      let found: Rate
      let largestDeviation: Double
    }
    struct Rate: Decodable, Equatable {
      let successes: Int
      let trials: Int
      var share: Double { Double(successes) / Double(max(1, trials)) }
    }
    let model: String
    let answered: Rate
    let bases: [Basis]
  }

  private let small = ["calibrate", "boolean", "--prompts", "8", "--probes", "128"]

  @Test("The compiled specimen needs no making; report, figure and JSON say the same")
  func compiled() async throws {
    let sandbox = try Sandbox()
    let said = try await sandbox.succeed(small + ["--output", "report"])
    #expect(said.contains("## Calibration of specimen/boolean") && said.contains("8 of 8 fresh prompts"))
    #expect(said.contains("| score") && said.contains("Exact edges, neurons"))
    let text = String(decoding: try sandbox.data("report/calibration.md"), as: UTF8.self)
    #expect(text.contains("](specimen-boolean.svg)"))
    #expect(
      String(decoding: try sandbox.data("report/specimen-boolean.svg"), as: UTF8.self).hasPrefix("<svg"))
    let written = try JSONDecoder().decode([Report].self, from: try sandbox.data("report/calibration.json"))
    let printed = try await sandbox.json([Report].self, small + ["--json", "--threads", "1"])
    #expect(written == printed, "the same for any number of threads")
    let basis = try #require(printed.first?.bases.first)
    #expect(printed.count == 1 && printed[0].model == "specimen/boolean" && printed[0].answered.share == 1)
    let exact = try #require(basis.key.exact)
    #expect(exact.found.share == 1 && exact.found.trials > 50 && exact.largestDeviation < 1e-4)
    #expect(basis.key.foundUnpruned.share == 1 && basis.control.foundUnpruned.share < 0.2)
    #expect(basis.key.suppressions.share > 0.9 && basis.control.suppressions.share < 0.5)
    #expect(written != (try await sandbox.json([Report].self, small + ["--json", "--seed", "9"])))
  }

  @Test("Sets stand beside the neurons: named folders, or the specimen's own")
  func sets() async throws {
    let sandbox = try Sandbox()
    _ = try await sandbox.succeed(["specimen", "train", "boolean"])
    _ = try await sandbox.succeed(
      ["specimen", "text", "boolean", "--documents", "300", "--output", "boolean.jsonl"])
    let train = [
      "train", "--model", "boolean", "--text", "boolean.jsonl", "--features", "64", "--k", "4",
      "--tokens", "2560", "--set", "context=6", "--set", "batch=64", "--set", "roundTokens=256",
    ]
    _ = try await sandbox.succeed(train + ["--kind", "plt", "--output", "mine"])
    let own = sandbox.home.appending(path: "transcoders/specimen--boolean-clt").path
    _ = try await sandbox.succeed(train + ["--kind", "clt", "--output", own])
    let found = try await sandbox.json([Report].self, small + ["--json"])
    #expect(found.first?.bases.map(\.name) == ["neurons", "clt"])
    let named = try await sandbox.json([Report].self, small + ["--json", "--transcoders", "mine", "clt"])
    #expect(named.first?.bases.map(\.name) == ["neurons", "mine", "clt"])
    #expect(named.first?.bases.first == found.first?.bases.first)
    #expect(named.first?.bases.last == found.first?.bases.last)
    // The same set is what every verb sees the model through.
    #expect(try await sandbox.succeed(["trace", "a1 b0 c1 d0 chain", "--model", "boolean"]).contains(own))
    // A set of another model is refused before anything is computed.
    try await sandbox.refuse(
      small + ["--transcoders", try TinyModel.transcoders("plt-relu")], within: 60)
  }

  @Test(
    "What cannot be calibrated is refused in one sentence",
    arguments: [
      (["threehop"], "twohop"), (["specimen/sums"], "specimen train sums"),
      (["boolean", "--transcoders", "nowhere"], "nowhere"),
      (["boolean", "twohop", "--transcoders", "x"], "--transcoders"),
      (["all", "--transcoders", "x"], "--transcoders"),
      (["boolean", "--prompts", "0"], "--prompts"), (["boolean", "--probes", "-3"], "--probes"),
      (["boolean", "--threads", "0"], "--threads"), (["boolean", "--seed", "x"], "seed"),
      ([], "name"), (["boolean", "--output", "file/x"], "file"),
    ])
  func refused(_ arguments: [String], _ words: String) async throws {
    let sandbox = try Sandbox()
    _ = try sandbox.file("file", "no folder")
    try await sandbox.refuse(["calibrate"] + arguments, words)
  }
}
