import ArgumentParser
import Foundation
import ModelCatalogues
import Specimens

struct SpecimenListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the specimens, and which are made.",
    discussion: """
      Examples:
        microscope specimen list
      """)

  @Flag(help: "Print JSON.")
  var json = false

  private struct Row: Encodable {
    let name: String
    let sizes: [String]
    let summary: String
    let made: [String]
  }

  func run() throws {
    let rows = SpecimenShelf.all.map { specimen in
      Row(
        name: specimen.name, sizes: specimen.sizes, summary: specimen.summary,
        made: specimen.modelNames.filter(Self.isMade))
    }
    if json { return try Terminal.printJSON(rows) }
    let lines = Table.lines(rows.map { [$0.name, $0.sizes.joined(separator: ", "), $0.summary] })
    for (row, line) in zip(rows, lines) {
      try Terminal.say(line)
      for model in row.made { try Terminal.say("  made: --model \(model)") }
    }
  }

  private static func isMade(_ model: String) -> Bool {
    let folder = MicroscopeHome().folder(ofModel: model)
    return FileManager.default.fileExists(atPath: folder.appendingPathComponent("model.safetensors").path)
  }
}

extension Specimen {
  /// The names of all models that can be made of it.
  var modelNames: [String] {
    sizes.flatMap { size in
      switch making(size: size) {
      case .compiled: [modelName(size: size)]
      case .trained(let phases): phases.map { modelName(size: size, phase: $0.name) }
      }
    }
  }
}
