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

  /// The reports of a study and of its control with shuffled labels, with a seed that no threshold was chosen by.
  private func reports(_ study: String) async throws -> (usual: Report, control: Report) {
    let sandbox = try Sandbox()
    try sandbox.shipSpecimens()
    var reports: [Report] = []
    for more in [[], ["--control", "shuffled"]] {
      let outcome = try await sandbox.run(
        ["study", "run", study, "--seed", "11", "--json"] + more, timeout: 300)
      try #require([0, 3, 4].contains(outcome.status), "\(outcome)")
      reports.append(try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8)))
    }
    return (reports[0], reports[1])
  }

  @Test(
    "all hypotheses hold on other prompts, and few with shuffled labels",
    arguments: ["two-hop", "refusal", "hints", "sums", "hallucination", "babel"])
  func hold(study: String) async throws {
    let (usual, control) = try await reports(study)
    #expect(usual.heldCount == usual.findings.count)
    #expect(4 * control.heldCount <= control.findings.count, "\(control)")
  }

  @Test(
    "fewer hypotheses hold with shuffled labels than without",
    arguments: ["poems", "jailbreak"])
  func controlled(study: String) async throws {
    let (usual, control) = try await reports(study)
    #expect(control.heldCount < usual.heldCount)
  }
}
