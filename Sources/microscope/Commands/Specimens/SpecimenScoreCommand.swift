import ArgumentParser
import Foundation
import LinearAlgebra
import ModelCatalogues
import Specimens
import Transformers

struct SpecimenScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score", abstract: "Test what a specimen must do on held-out data, without training it.",
    discussion: """
      The exit code is 0 only when every required score is reached.

      Examples:
        microscope specimen score twohop
        microscope specimen score babel --size large --seed 3
      """)

  @OptionGroup var options: SpecimenOptions

  @Option(help: "The seed of the trials.")
  var seed: UInt64 = SpecimenSeed.heldOut

  @Option(
    help: ArgumentHelp("Worker threads; scores do not depend on it. (default: all cores)", valueName: "count")
  )
  var threads: Int?

  @Flag(help: "Print the scores as JSON.")
  var json = false

  func validate() throws {
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads takes 1 to 1024.") }
  }

  func run() throws {
    let (specimen, size) = try options.chosen()
    let scored = try models(specimen, size).map { model, behaviours in
      let folder = try SpecimenScoreCommand.folder(model, specimen)
      let transformer = try Transformer(path: folder, workers: Workers(count: threads))
      return SpecimenMaker.Made(
        model: model, folder: folder, scores: behaviours.map { $0.score(transformer, seed: seed) })
    }
    try SpecimenScores(scored).say(json: json)
    guard scored.allSatisfy(\.isReached) else {
      let missed = scored.flatMap(\.scores).filter { !$0.isReached }.map(\.name).joined(separator: ", ")
      throw CommandError("\(specimen.name) does not reach what is required: \(missed).")
    }
  }

  /// The models of a size, and what each must do.
  private func models(_ specimen: any Specimen, _ size: String) -> [(model: String, behaviours: [Behaviour])]
  {
    switch specimen.making(size: size) {
    case .compiled(_, let behaviours): [(specimen.modelName(size: size), behaviours)]
    case .trained(let phases):
      phases.map { (specimen.modelName(size: size, phase: $0.name), $0.behaviours) }
    }
  }

  private static func folder(_ model: String, _ specimen: any Specimen) throws -> String {
    guard let name = SpecimenName(model),
      let folder = Catalogue.builtIn.specimen(name, home: MicroscopeHome(), share: MicroscopeShare())
    else {
      throw CommandError(
        "The model \(model) is not made: run 'microscope specimen train \(specimen.name)' first.")
    }
    return folder.path
  }
}
