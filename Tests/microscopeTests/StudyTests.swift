import Foundation
import Testing

@Suite("study", .serialized)
struct StudyTests {
  private static let chain = """
    study: chain
    question: Is the variable between the input and the reply computed?
    models:
      - model: specimen/boolean
    prompts:
      questions: {specimen: boolean, circuit: chain, count: 16}
      probes: {specimen: boolean, circuit: chain, count: 120}
    behaviour:
      questions: {share: 1}
    supernodes:
      input: {tokens: "{a}"}
      middle: {encodes: A again, probes: probes, at: "{A again}"}
      answer: {output: "{answer}"}
    interventions:
      other: {swap: middle}
    hypotheses:
      the middle is there: {exists: middle, share: 1}
      another middle, another answer: {after: other, gives: "{donor.answer}", share: 0.9}
    """

  @Test("list and show tell what there is")
  func lists() async throws {
    struct Row: Decodable {
      var name: String
      var models: [String]
    }
    let sandbox = try Sandbox()
    let rows = try await sandbox.json([Row].self, ["study", "list", "--json"])
    #expect(rows.contains { $0.name == "two-hop" && $0.models == ["specimen/twohop"] })
    #expect(try await sandbox.succeed(["study", "list"]).contains("two-hop"))
    let plan = try await sandbox.succeed(["study", "show", "two-hop"])
    for word in ["suits", "claims", "the state is computed", "at least 80%"] { #expect(plan.contains(word)) }
    try await sandbox.refuse(["study", "show", "no-such-study"], "two-hop")
    try await sandbox.refuse(["study", "show", "none.yaml"], "no such file")
  }

  @Test("new writes a study that reads, and never over a file")
  func new() async throws {
    let sandbox = try Sandbox()
    _ = try await sandbox.succeed(["study", "new", sandbox.path("mine.yaml")])
    #expect(
      try await sandbox.succeed(["study", "show", sandbox.path("mine.yaml")]).contains("Capital cities"))
    try await sandbox.refuse(["study", "new", sandbox.path("mine.yaml")], "is there already")
    try await sandbox.refuse(["study", "new", sandbox.path("mine.txt")], ".yaml")
  }

  @Test("a wrong file is refused with line, key and remedy before a model is opened")
  func wrong() async throws {
    let sandbox = try Sandbox()
    let file = try sandbox.file("wrong.yaml", Self.chain.replacing("swap: middle", with: "swap: center"))
    try await sandbox.refuse(
      ["study", "run", file],
      "line 15, 'interventions.other.swap': there is no supernode 'center'; choose among")
  }

  @Test("a run reports what held, writes the report, and goes by its exit code")
  func run() async throws {
    let sandbox = try Sandbox()
    _ = try await sandbox.succeed(["specimen", "train", "boolean"])
    let file = try sandbox.file("chain.yaml", Self.chain)
    let text = try await sandbox.succeed(["study", "run", file, "--output", sandbox.path("report")])
    #expect(text.contains("Of 2 hypotheses: 2 held.") && text.contains("16 of 16"))
    for name in ["report.html", "report.md", "report.json", "supernodes.svg", "figure-1.svg"] {
      #expect(FileManager.default.fileExists(atPath: sandbox.path("report/" + name)), "\(name)")
    }
    #expect(sandbox.listing.contains { $0.hasPrefix("home/studies/chain-") })
    let control = try await sandbox.run(["study", "run", file, "--control", "shuffled"])
    #expect(control.status == 3 && control.output.contains("control"), "\(control)")
    let hard = try sandbox.file("hard.yaml", Self.chain.replacing("count: 16", with: "count: 3"))
    let untestable = try await sandbox.run(["study", "run", hard, "--json"])
    #expect(untestable.status == 4 && untestable.output.contains("\"not testable here\""), "\(untestable)")
  }
}
