import Foundation
import Testing

@Suite("help, doctor and pull", .serialized)
struct HelpTests {
  @Test(
    "every verb has help with an example",
    arguments: ["trace", "serve", "run", "tokenize", "pull", "study", "doctor"])
  func help(verb: String) async throws {
    let sandbox = try Sandbox()
    let text = try await sandbox.succeed([verb, "--help"])
    #expect(text.contains("  microscope \(verb)"))
    #expect(text.split(separator: "\n").filter { !$0.hasPrefix("USAGE") }.allSatisfy { $0.count <= 80 })
    #expect(try await sandbox.succeed(["help", verb]) == text)
  }

  @Test("without arguments the help is printed")
  func nothing() async throws {
    let sandbox = try Sandbox()
    let text = try await sandbox.succeed([])
    #expect(text.contains("SUBCOMMANDS") && text.contains("microscope trace \""))
    #expect(try await sandbox.succeed(["--help"]) == text)
  }

  @Test("the version is a version")
  func version() async throws {
    let sandbox = try Sandbox()
    #expect(try await sandbox.succeed(["--version"]).firstMatch(of: /^\d+\.\d+\.\d+\n$/) != nil)
  }

  @Test("the doctor measures the machine")
  func doctor() async throws {
    struct Report: Decodable {
      var processors: Int
      var memoryBytes: Int
      var blas: String
      var largestErrorOfBLAS: Double
      var largestErrorOfProducts: Double
      var isCorrect: Bool
      var gigaflopsOneThread: Double
      var gigaflopsAllThreads: Double
      var gigaflopsAllThreadsBFloat16: Double
    }
    let sandbox = try Sandbox()
    let report = try await sandbox.json(Report.self, ["doctor", "--json"])
    #expect(report.isCorrect && report.processors >= 1 && !report.blas.isEmpty)
    #expect(max(report.largestErrorOfBLAS, report.largestErrorOfProducts) < 1e-3)
    #expect(report.memoryBytes > 1 << 28 && report.gigaflopsOneThread > 0 && report.gigaflopsAllThreads > 0)
    #expect(report.gigaflopsAllThreadsBFloat16 > 0)
  }

  @Test("the catalogue lists the default model")
  func catalogue() async throws {
    struct Entry: Decodable {
      var id: String
      var downloadBytes: Int?
      var transcoders: [[String: String]]
    }
    let sandbox = try Sandbox()
    #expect(try await sandbox.succeed(["pull", "--list"]).hasPrefix("smollm2-135m-instruct\n"))
    let entries = try await sandbox.json([Entry].self, ["pull", "--list", "--json"])
    #expect(entries.contains { $0.id == "gemma-3-270m" && $0.downloadBytes ?? 0 > 1 << 20 })
    let gemma = entries.first { $0.id == "gemma-2-2b" }
    #expect(gemma?.transcoders.first?["id"] == "gemma-scope")
    #expect(sandbox.listing.isEmpty)
  }
}
