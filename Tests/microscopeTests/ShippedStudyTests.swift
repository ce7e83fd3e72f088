import Foundation
import Testing

@Suite("built-in studies of specimens that ship", .serialized)
struct ShippedStudyTests {
  private struct Report: Decodable {
    struct Finding: Decodable {
      let verdict: String
    }
    let findings: [Finding]

    var heldCount: Int { findings.count { $0.verdict == "held" } }
  }

  /// The report of a run with a seed that no threshold was chosen by.
  private func report(_ arguments: String..., in sandbox: borrowing Sandbox) async throws -> Report {
    let outcome = try await sandbox.run(
      ["study", "run"] + arguments + ["--seed", "11", "--json"], timeout: 300)
    try #require([0, 3, 4].contains(outcome.status), "\(outcome)")
    return try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
  }

  @Test(
    "all hypotheses hold on other prompts, and few with shuffled labels",
    arguments: ["two-hop", "refusal", "hints", "sums"])
  func hold(study: String) async throws {
    let sandbox = try Sandbox()
    try sandbox.shipSpecimens()
    let usual = try await report(study, in: sandbox)
    #expect(usual.heldCount == usual.findings.count)
    let control = try await report(study, "--control", "shuffled", in: sandbox)
    #expect(4 * control.heldCount <= control.findings.count, "\(control)")
  }

  @Test(
    "fewer hypotheses hold with shuffled labels than without",
    arguments: ["poems", "hallucination", "jailbreak", "babel"])
  func controlled(study: String) async throws {
    let sandbox = try Sandbox()
    try sandbox.shipSpecimens()
    let usual = try await report(study, in: sandbox)
    let control = try await report(study, "--control", "shuffled", in: sandbox)
    #expect(control.heldCount < usual.heldCount)
  }
}
