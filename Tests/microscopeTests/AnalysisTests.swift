import Foundation
import GraphFiles
import Testing

@Suite("analyses on specimens that ship", .serialized)
struct AnalysisTests {
  private struct Operands: Decodable {
    struct Row: Decodable {
      let values: [Float]
      let correlations: [Double?]
    }
    let a: [Int]
    let b: [Int]
    let features: [Row]
  }

  private struct Overlap: Decodable {
    struct Whole: Decodable {
      struct Layer: Decodable {
        struct Estimate: Decodable { let mean: Double? }
        let parallel: Estimate
        let unrelated: Estimate
      }
      let items: Int
      let layers: [Layer]
    }
    let overlap: Whole
  }

  private struct Contrast: Decodable {
    struct Whole: Decodable {
      struct Row: Decodable {
        struct Presence: Decodable {
          let activation: Float
          let isHypothetical: Bool
        }
        let first: Presence
        let second: Presence
      }
      let rows: [Row]
    }
    let outputs: [String]
    let contrast: Whole
    let files: [String]
  }

  private struct Positions: Decodable {
    struct Row: Decodable {
      struct Summary: Decodable { let position: Int }
      let summary: Summary
      let file: String?
    }
    let positions: [Row]
  }

  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.shipSpecimens()
    return sandbox
  }

  private func isDrawing(_ data: Data) -> Bool { String(decoding: data, as: UTF8.self).contains("<svg") }

  @Test("operands plots features over all pairs, in one template and in another, and draws them")
  func operands() async throws {
    let sandbox = try sandbox()
    let report = try await sandbox.json(
      Operands.self,
      [
        "operands", "{a} + {b} =", "| {a} | {b} |", "--model", "specimen/sums", "--a", "10..14", "--b",
        "20..23", "--prompt", "12,21", "--limit", "3", "--json", "--figure", sandbox.path("plots.svg"),
      ])
    #expect(report.a == [10, 11, 12, 13, 14] && report.b == [20, 21, 22, 23] && report.features.count == 3)
    for row in report.features { #expect(row.values.count == 20 && row.correlations.count == 1) }
    #expect(report.features.contains { $0.values.contains { $0 > 0 } })
    #expect(isDrawing(try sandbox.data("plots.svg")))
  }

  @Test("operands refuses templates without both operands, features that are not there, and other drawings")
  func wrongOperands() async throws {
    let sandbox = try sandbox()
    let sums = ["--model", "specimen/sums", "--a", "10..11", "--b", "10..11"]
    try await sandbox.refuse(["operands", "{a} + 1 ="] + sums, "{b}")
    try await sandbox.refuse(["operands", "{a} + {b} =", "--features", "99/1"] + sums, "99")
    try await sandbox.refuse(
      ["operands", "{a} + {b} =", "--figure", sandbox.path("plots.gif")] + sums, ".svg")
  }

  @Test("overlap compares texts of one meaning with unrelated ones, layer by layer, and draws it")
  func overlap() async throws {
    let sandbox = try sandbox()
    let texts = try sandbox.file(
      "texts.jsonl",
      """
      {"first": "the hunter saw the old plate /", "second": "the miller drew the new plate /"}
      {"first": "the poet lost the pale moon /", "second": "the baker kept the small moon /"}
      {"first": "the singer found the strange bell /", "second": "the farmer saw the old bell /"}

      """)
    let report = try await sandbox.json(
      Overlap.self,
      [
        "overlap", texts, "--model", "specimen/couplets", "--json", "--figure", sandbox.path("overlap.svg"),
      ])
    #expect(report.overlap.items == 3 && report.overlap.layers.count == 4)
    for layer in report.overlap.layers {
      let (same, other) = (try #require(layer.parallel.mean), try #require(layer.unrelated.mean))
      #expect(0 < other && other < same && same < 1)
    }
    #expect(isDrawing(try sandbox.data("overlap.svg")))
  }

  @Test("overlap names the line that is wrong")
  func wrongOverlap() async throws {
    let sandbox = try sandbox()
    let couplets = ["--model", "specimen/couplets"]
    let broken = try sandbox.file("broken.jsonl", "{\"a\": \"moon\", \"b\": \"bell\"}\nmoon\n")
    try await sandbox.refuse(["overlap", broken] + couplets, "Line 2")
    let one = try sandbox.file("one.jsonl", "{\"a\": \"moon\", \"b\": \"bell\"}\n")
    try await sandbox.refuse(["overlap", one] + couplets, "fewer than two")
    try await sandbox.refuse(["overlap", sandbox.path("none.jsonl")] + couplets)
  }

  @Test("contrast tells what two prompts have, and writes graphs in which silent features stand, too")
  func contrast() async throws {
    let sandbox = try sandbox()
    let prompts = ["user ba mo make assistant", "user ro di make assistant"]
    let report = try await sandbox.json(
      Contrast.self,
      ["contrast"] + prompts + [
        "--model", "specimen/refusal", "--json", "--figure", sandbox.path("contrast.svg"), "--output",
        sandbox.path("graphs"), "--slug", "pair",
      ])
    #expect(report.outputs == ["i", "to"])
    #expect(isDrawing(try sandbox.data("contrast.svg")))
    #expect(report.files.map { URL(filePath: $0).lastPathComponent } == ["pair-1.json", "pair-2.json"])
    for (side, path) in report.files.enumerated() {
      let file = try GraphFile(contentsOf: URL(filePath: path))
      let group = try #require(file.query.supernodes.first)
      #expect(group.label == "silent here, active there")
      #expect(Set(group.members).isSubset(of: Set(file.nodes.map(\.id))) && group.members.count > 1)
      // None of them is in the graph that `trace` makes of the prompt.
      _ = try await sandbox.succeed([
        "trace", prompts[side], "--model", "specimen/refusal", "--output", sandbox.path("traced"), "--slug",
        "plain-\(side)",
      ])
      let plain = try GraphFile(data: try sandbox.data("traced/plain-\(side).json"))
      #expect(Set(group.members).isDisjoint(with: plain.nodes.map(\.id)))
      #expect(file.nodes.contains { $0.kind == .logit && $0.label.contains("\"to\"") })
    }
    #expect(report.contrast.rows.contains { $0.first.isHypothetical && $0.first.activation == 0 })
  }

  @Test("contrast refuses what it cannot read")
  func wrongContrast() async throws {
    let sandbox = try sandbox()
    let model = ["--model", "specimen/refusal"]
    try await sandbox.refuse(["contrast", "user ba ko make assistant"] + model)
    try await sandbox.refuse(["contrast", "user ba", "user ro", "--align", "middle"] + model, "middle")
    try await sandbox.refuse(["contrast", "user ba", "user ro", "--slug", "../up"] + model, "../up")
  }

  @Test("positions makes a graph for each position, draws them, and writes what serve shows")
  func positions() async throws {
    let sandbox = try sandbox()
    let report = try await sandbox.json(
      Positions.self,
      [
        "positions", "the hunter saw the old plate / softly brings", "--model", "specimen/couplets", "--at",
        "6..8", "--json", "--figure", sandbox.path("positions.svg"), "--output", sandbox.path("graphs"),
      ])
    #expect(report.positions.map(\.summary.position) == [6, 7, 8])
    for row in report.positions {
      let file = try GraphFile(contentsOf: URL(filePath: try #require(row.file)))
      #expect(file.metadata.promptTokens.count == row.summary.position + 1 && !file.links.isEmpty)
    }
    #expect(isDrawing(try sandbox.data("positions.svg")))
  }

  @Test("positions refuses places that the text has not")
  func wrongPositions() async throws {
    let sandbox = try sandbox()
    let couplets = ["--model", "specimen/couplets"]
    try await sandbox.refuse(["positions", "the moon", "--at", "40"] + couplets, "position 40")
    try await sandbox.refuse(["positions", "the moon", "--at", "first"] + couplets, "first")
    try await sandbox.refuse(["positions"] + couplets, "--text-file")
    try await sandbox.refuse(["positions", ""] + couplets, "empty")
  }
}
