import ArgumentParser
import Foundation
import ModelCatalogues
import Specimens

struct SpecimenListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the specimens, and which are there: those that ship, and those made here.",
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
    let models: [Model]

    struct Model: Encodable {
      let name: String
      let folder: String
      let transcoders: [String]
    }
  }

  func run() throws {
    let rows = SpecimenShelf.all.map { specimen in
      Row(
        name: specimen.name, sizes: specimen.sizes, summary: specimen.summary,
        models: specimen.modelNames.compactMap(Self.model))
    }
    if json { return try Terminal.printJSON(rows) }
    let lines = Table.lines(rows.map { [$0.name, $0.sizes.joined(separator: ", "), $0.summary] })
    for (row, line) in zip(rows, lines) {
      try Terminal.say(line)
      for model in row.models {
        let sets = model.transcoders.isEmpty ? "" : "  (\(model.transcoders.joined(separator: ", ")))"
        try Terminal.say("  --model \(model.name)\(sets)")
      }
    }
  }

  /// What there is of a model; nil where it is not on this machine.
  private static func model(_ name: String) -> Row.Model? {
    let (home, share) = (MicroscopeHome(), MicroscopeShare())
    guard let specimen = SpecimenName(name),
      let folder = Catalogue.builtIn.specimen(specimen, home: home, share: share)
    else { return nil }
    let sets = Catalogue.builtIn.transcoders(of: specimen, home: home, share: share)
    return Row.Model(name: specimen.name, folder: folder.path, transcoders: sets.map(\.name))
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
