import Foundation
import Testing

@Suite("microscope dashboards")
struct DashboardsTests {
  private func features(_ kind: String = "plt-relu") throws -> [String] {
    [
      "--model", try TinyModel.path(), "--transcoders",
      kind == "neurons" ? kind : try TinyModel.transcoders(kind),
    ]
  }

  private struct Report: Decodable {
    var store: String
    var features: Int
    var tokens: Int
    var tokensPerSecond: Double
    var forwardTokensPerSecond: Double
  }

  @Test(
    "Builds a store in its home, exports, imports, packs",
    arguments: ["plt-jumprelu", "clt-jumprelu", "neurons"])
  func wholeWay(_ kind: String) async throws {
    let sandbox = try Sandbox()
    _ = try sandbox.file("text.txt", (0..<90).map { "the \($0) cats sat on a mat" }.joined(separator: " "))
    let report = try await sandbox.json(
      Report.self,
      ["dashboards", "build", "--text", "text.txt", "--tokens", "400", "--context", "16", "--json"]
        + features(kind))
    #expect(report.features > 0 && report.tokens > 100 && report.tokens <= 400)
    #expect(report.store.hasPrefix(sandbox.home.path + "/dashboards/") && report.store.hasSuffix(".sqlite"))
    #expect(report.tokensPerSecond <= report.forwardTokensPerSecond)
    for form in ["circuit-tracer", "circuit-tracer-archive", "neuronpedia"] {
      _ = try await sandbox.succeed(["dashboards", "export", form, "--form", form] + features(kind))
      let said = try await sandbox.succeed(
        ["dashboards", "import", form, "--store", form + ".sqlite"] + features(kind))
      #expect(said.contains(" features: "))
    }
    _ = try await sandbox.succeed(["dashboards", "pack", "a.dashboards"] + features(kind))
    #expect(try sandbox.data("a.dashboards").count < 300_000)
  }

  @Test("Mistakes are told in a sentence")
  func mistakes() async throws {
    let sandbox = try Sandbox()
    _ = try sandbox.file("text.txt", "a cat")
    let set = try features()
    try await sandbox.refuse(["dashboards", "build"] + set, "--text")
    try await sandbox.refuse(
      ["dashboards", "build", "--text", "text.txt", "--tokens", "5"] + set, "--tokens")
    try await sandbox.refuse(["dashboards", "build", "--text", "none.txt"] + set, "none.txt")
    try await sandbox.refuse(
      ["dashboards", "build", "--text", "text.txt", "--store", "text.txt/x"] + set, "--store")
    try await sandbox.refuse(["dashboards", "export", "out"] + set, "dashboards build")
    try await sandbox.refuse(["dashboards", "export", "out", "--store", "text.txt"] + set, "text.txt")
    try await sandbox.refuse(["dashboards", "import", "none"] + set, "none")
    try await sandbox.refuse(["dashboards", "pack", "out.bin"] + set, ".dashboards")
  }
}
