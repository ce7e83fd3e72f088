import Foundation
import Testing

@Suite("features and labels", .serialized)
struct FeaturesTests {
  /// The options that name the features.
  private func source(_ kind: String = "clt-jumprelu") throws -> [String] {
    ["--model", try TinyModel.path(), "--transcoders", try TinyModel.transcoders(kind)]
  }

  /// Builds and labels dashboards.
  private func build(_ sandbox: borrowing Sandbox, _ kind: String = "clt-jumprelu") async throws -> [String] {
    let text = (0..<120).map { "the \($0 % 7) cats sat on \($0 % 11) mats and ran home" }.joined(
      separator: "\n\n")
    _ = try sandbox.file("text.txt", text)
    let source = try source(kind)
    _ = try await sandbox.succeed(
      ["dashboards", "build", "--text", "text.txt", "--tokens", "2048", "--context", "32"] + source)
    let said = try await sandbox.succeed(["dashboards", "label"] + source)
    #expect(said.contains("features labelled in"))
    return source
  }

  private struct Found: Decodable {
    struct Card: Decodable {
      var name: Name
      var density: Double
    }
    struct Name: Decodable, Hashable {
      var layer: Int
      var index: Int
    }
    var cards: [Card]
  }

  /// A feature that is active now and then.
  private func active(_ sandbox: borrowing Sandbox, _ source: [String]) async throws -> String {
    struct Table: Decodable {
      struct Row: Decodable { var name: Found.Name }
      var features: [Row]
    }
    let table = try await sandbox.json(
      Table.self, ["features", "on", "the 3 cats sat on", "--max-density", "0.9", "--json"] + source)
    let row = try #require(table.features.first)
    return "\(row.name.layer)/\(row.name.index)"
  }

  @Test("From a build to labels, lists, tables and traces", .timeLimit(.minutes(2)))
  func whole() async throws {
    let sandbox = try Sandbox()
    let source = try await build(sandbox)
    let name = try await active(sandbox, source)
    let shown = try await sandbox.succeed(["features", "show", name] + source)
    #expect(
      shown.hasPrefix(name) && shown.contains("by the offline rules: ") && shown.contains("Top activations"))
    let table = try await sandbox.succeed(
      ["features", "on", "the 3 cats sat on", "--max-density", "1"] + source)
    #expect(table.contains("active features, the hottest first") && table.contains("█"))
    let similar = try await sandbox.succeed(["features", "similar", name, "--limit", "4"] + source)
    #expect(similar.contains("writes alike") && similar.contains("active together"))
    for more in [[], ["--text", "text.txt", "--contexts", "4"]] {
      let neighbours = try await sandbox.succeed(["features", "neighbours", name] + more + source)
      #expect(neighbours.contains("what drives it") && neighbours.contains("interference"))
    }
    let sample = try await sandbox.succeed(["features", "sample", "--count", "3", "--markdown"] + source)
    #expect(sample.split(separator: "\n").count { $0.hasPrefix("**") } == 3)
    #expect(
      try await sandbox.succeed(["features", "sample", "--count", "3", "--markdown"] + source) == sample)
    let report = try await sandbox.succeed(
      ["evaluate", "--text", "text.txt", "--length", "32", "--contexts", "4", "--interpretability"] + source)
    #expect(report.contains("## Labels") && report.contains("F1 of all, no rule counts 0"))
  }

  @Test("A person's label is shown everywhere, found, and taken back", .timeLimit(.minutes(2)))
  func person() async throws {
    let sandbox = try Sandbox()
    let source = try await build(sandbox, "plt-relu")
    let name = try await active(sandbox, source)
    #expect(
      try await sandbox.succeed(["features", "label", name, " quaint \n felines"] + source)
        == "\(name)  quaint felines\n")
    let page = try await sandbox.json(Found.self, ["features", "search", "felines", "--json"] + source)
    #expect(page.cards.map { "\($0.name.layer)/\($0.name.index)" } == [name])
    #expect(try await sandbox.succeed(["features", "search", "quai"] + source).contains("quaint felines"))
    #expect(try await sandbox.succeed(["features", "show", name] + source).contains("by a person"))
    // Labelling by rules again leaves it on top.
    _ = try await sandbox.succeed(["dashboards", "label"] + source)
    let answer = try await sandbox.json(
      TraceAnswer.self, ["trace", "the 3 cats sat on", "--node-threshold", "1", "--json"] + source)
    let graph = try PageAnswer(path: try #require(answer.files["json"]))
    let parts = name.split(separator: "/")
    let nodes = graph.nodes.filter {
      $0.node_id.hasPrefix("\(parts[0])_\(parts[1])_") && $0.feature_type.hasPrefix("cross")
    }
    #expect(!nodes.isEmpty && nodes.allSatisfy { $0.clerp == "quaint felines" })
    let taken = try await sandbox.succeed(["features", "label", name, "--remove"] + source)
    #expect(taken.hasPrefix(name) && !taken.contains("felines"))
    #expect(
      try await sandbox.succeed(["features", "search", "felines"] + source) == "no feature has these words\n")
  }

  @Test("A table of heat needs no dashboards", .timeLimit(.minutes(1)))
  func bare() async throws {
    let sandbox = try Sandbox()
    let table = try await sandbox.succeed(["features", "on", "the cats", "--limit", "5"] + source())
    #expect(table.contains("5 of "))
    try await sandbox.refuse(["features", "show", "0/1"] + source(), "microscope dashboards build")
  }

  @Test(
    "What cannot be is refused in one sentence",
    arguments: [
      ["show", "12"], ["show", "1/999999"], ["show", "99/0"], ["show", "-1/2"], ["label", "0/1"],
      ["label", "0/1", "  "], ["label", "0/1", "x", "--remove"], ["search", "x", "--limit", "0"],
      ["on", "the", "--at", "50"], ["on", "the", "--max-density", "2"], ["sample", "--count", "0"],
      ["sample", "--markdown", "--json"], ["neighbours", "0/1", "--contexts", "0"],
    ])
  func refusals(_ more: [String]) async throws {
    let sandbox = try Sandbox()
    try await sandbox.refuse(["features"] + more + source())
  }

  @Test(
    "Endpoint work is refused before anything is sent",
    arguments: [
      ["label", "--endpoint", "http://127.0.0.1:1/v1"], ["label", "--limit", "5"],
      ["label", "--endpoint", "nowhere", "--endpoint-model", "m", "--yes"],
      [
        "label", "--endpoint", "http://127.0.0.1:1", "--endpoint-model", "m", "--api-key-env", "NO_SUCH_KEY",
        "--yes",
      ],
      ["label", "--endpoint", "http://127.0.0.1:1", "--endpoint-model", "m", "--parallel", "0"],
      ["judge", "--method", "sort"], ["judge", "--method", "praise"],
    ])
  func endpointRefusals(_ more: [String]) async throws {
    let sandbox = try Sandbox()
    try await sandbox.refuse(["dashboards"] + more + source())
  }

  @Test(
    "Every command has help with an example",
    arguments: [
      ["features"], ["features", "show"], ["features", "search"], ["features", "on"],
      ["features", "similar"],
      ["features", "neighbours"], ["features", "label"], ["features", "sample"], ["dashboards", "label"],
      ["dashboards", "judge"],
    ])
  func help(_ command: [String]) async throws {
    let sandbox = try Sandbox()
    let text = try await sandbox.succeed(command + ["--help"])
    #expect(text.contains("  microscope \(command.joined(separator: " "))"))
    #expect(text.split(separator: "\n").filter { !$0.hasPrefix("USAGE") }.allSatisfy { $0.count <= 80 })
  }
}
