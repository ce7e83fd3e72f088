import ArgumentParser
import Foundation

/// What is measured without another program beside.
@main
struct MicroscopeBenchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommands: [
      AttributionBenchmark.self, InterventionBenchmark.self, ProductBenchmark.self, TrainingBenchmark.self,
      DashboardBenchmark.self, SpecimenBenchmark.self,
    ],
    defaultSubcommand: AttributionBenchmark.self)
}

/// The middle of some measurements.
func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

/// The file of prompts, as token ids.
struct PromptFile: Decodable {
  private struct Prompt: Decodable { var ids: [Int] }
  private var prompts: [Prompt]

  /// Reads the prompts of a file.
  static func ids(_ path: String) throws -> [[Int]] {
    let file = try JSONDecoder().decode(PromptFile.self, from: Data(contentsOf: URL(filePath: path)))
    return file.prompts.map(\.ids)
  }
}

/// Prints what was measured.
func printJSON(_ rows: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
  print(String(decoding: try encoder.encode(rows), as: UTF8.self))
}
