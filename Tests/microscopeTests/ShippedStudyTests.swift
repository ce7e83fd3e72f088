import Foundation
import Testing

@Suite("built-in studies of specimens that ship", .serialized)
struct ShippedStudyTests {
  private struct Report: Decodable {
    struct Finding: Decodable {
      let name: String
      let verdict: String
    }
    let findings: [Finding]

    var held: [String] { findings.filter { $0.verdict == "held" }.map(\.name) }
  }

  /// A study's report, or its control's, with a seed that no rule and no threshold was chosen by.
  private func report(_ study: String, control: String? = nil) async throws -> Report {
    let sandbox = try Sandbox()
    try sandbox.shipSpecimens()
    let outcome = try await sandbox.run(
      ["study", "run", study, "--seed", "11", "--json"] + (control.map { ["--control", $0] } ?? []),
      timeout: 600)
    try #require([0, 3, 4].contains(outcome.status), "\(outcome)")
    return try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
  }

  private static let all = [
    "two-hop", "refusal", "hints", "sums", "poems", "jailbreak", "hallucination", "babel", "babel-large",
  ]

  @Test("all hypotheses hold on other prompts", arguments: all)
  func hold(study: String) async throws {
    let report = try await report(study)
    #expect(report.held == report.findings.map(\.name))
  }

  @Test("with shuffled labels at most a quarter of them holds", arguments: all)
  func shuffled(study: String) async throws {
    let control = try await report(study, control: "shuffled")
    #expect(4 * control.held.count <= control.findings.count, "\(control.held)")
  }

  @Test("with random features as active fewer than half of them hold", arguments: all)
  func random(study: String) async throws {
    let control = try await report(study, control: "random-features")
    #expect(2 * control.held.count < control.findings.count, "\(control.held)")
  }
}
