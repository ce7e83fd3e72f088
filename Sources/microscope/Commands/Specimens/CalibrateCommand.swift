import ArgumentParser
import Calibrations
import Evaluations
import Foundation
import LinearAlgebra
import ModelCatalogues
import ReplacementModels
import SpecimenTraining
import Specimens
import Transcoders
import Transformers

struct CalibrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Score graphs, pruning and interventions against specimens whose circuits are known.",
    discussion: """
      Are the computed variables of the answer key among the nodes, do edges have the right signs, how much goes around \
      what must be computed, and does changing a variable change the answer as it must? For the model's neurons and for \
      each transcoder set side by side, beside a control in which the key's values are dealt out anew. What each score \
      means: Documentation/Specimens/Calibration.md.

      Examples:
        microscope calibrate boolean
        microscope calibrate twohop --output report
        microscope calibrate twohop --transcoders clt mine
        microscope calibrate all --json
      """)

  @Argument(
    help: ArgumentHelp(
      "Specimens, or models of them such as babel-large; 'all' for those that are made.", valueName: "name"))
  var names: [String]

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Folders of transcoders for the one specimen that is named, or plt and clt. (default: its own of both kinds)",
      valueName: "set"))
  var transcoders: [String] = []

  @Option(help: ArgumentHelp("Fresh prompts to score.", valueName: "count"))
  var prompts = CalibrationSettings().prompts

  @Option(help: ArgumentHelp("Fresh prompts on which to tell what features encode.", valueName: "count"))
  var probes = CalibrationSettings().probes

  @Option(help: "The seed of all prompts and of the control.")
  var seed = CalibrationSettings().seed

  @Option(
    help: ArgumentHelp(
      "Worker threads; results do not depend on it. (default: all cores)", valueName: "count"))
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "Write calibration.md, calibration.json and a figure for each model there.", valueName: "folder"))
  var output: String?

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (1...100_000).contains(prompts) else { throw ValidationError("--prompts takes 1 to 100000.") }
    guard (1...100_000).contains(probes) else { throw ValidationError("--probes takes 1 to 100000.") }
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads takes 1 to 1024.") }
    guard !names.isEmpty else { throw ValidationError("Name at least one specimen, or 'all'.") }
    guard transcoders.isEmpty || (names.count == 1 && names != ["all"]) else {
      throw ValidationError("--transcoders belong to one specimen: name it alone.")
    }
  }

  func run() async throws {
    if let output { try OutputPlace.check(folder: output, option: "--output") }
    let subjects = try CalibrationSubject.named(names)
    let sets = try subjects.map { try transcoders.isEmpty ? $0.transcoders : named($0) }
    var reports: [CalibrationReport] = []
    for (subject, sets) in zip(subjects, sets) { reports.append(try report(subject, sets)) }
    Terminal.progress("")
    if let output { try write(reports, to: URL(filePath: output)) }
    if json {
      try Terminal.printJSON(reports)
    } else {
      try Terminal.say(
        reports.map { $0.markdown() }.joined(separator: "\n").trimmingCharacters(in: .newlines))
    }
  }

  /// The sets that were named: folders, or kinds of the specimen's own.
  private func named(_ subject: CalibrationSubject) throws -> [PresentItem] {
    try transcoders.map { name in
      if let own = subject.transcoders.first(where: { $0.name == name }) { return own }
      guard FileManager.default.fileExists(atPath: name) else {
        throw CommandError(
          "There is no folder '\(name)': give folders of transcoders, or plt or clt where the specimen has them."
        )
      }
      let folder = URL(filePath: name)
      return PresentItem(name: folder.standardizedFileURL.lastPathComponent, location: folder)
    }
  }

  private func report(_ subject: CalibrationSubject, _ items: [PresentItem]) throws -> CalibrationReport {
    let workers = Workers(count: threads)
    var settings = CalibrationSettings()
    (settings.prompts, settings.probes, settings.seed) = (prompts, probes, seed)
    let transformer = try subject.transformer(workers)
    let sets = try items.map { try TranscoderSet(path: $0.location.path) }
    for set in sets { try set.check(fits: transformer) }
    Terminal.progress("\(subject.model): drawing prompts")
    let calibration = Calibration(subject.specimen, transformer, settings: settings, workers)
    let names = ["neurons"] + items.map(\.name)
    return try calibration.report(
      model: subject.model, bases: Array(zip(names, [.neurons] + sets.map { .transcoders($0) }))
    ) { name, done, all in
      Terminal.progress("\(subject.model), \(name): \(done) of \(all) prompts")
    }
  }

  private func write(_ reports: [CalibrationReport], to place: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let figures = reports.map { $0.model.replacing("/", with: "-") + ".svg" }
    let text = zip(reports, figures).map { $0.markdown(figure: $1) }.joined(separator: "\n")
    do {
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      for (report, figure) in zip(reports, figures) {
        try Data(report.svg.utf8).write(to: place.appending(component: figure), options: .atomic)
      }
      try encoder.encode(reports).write(to: place.appending(component: "calibration.json"), options: .atomic)
      try Data("# Calibration\n\n\(text)".utf8)
        .write(to: place.appending(component: "calibration.md"), options: .atomic)
    } catch {
      throw CommandError(
        "Cannot write the report into \(place.path): check the disk, or choose another place with --output.")
    }
  }
}

/// A model of a specimen that can be calibrated.
private struct CalibrationSubject {
  let specimen: any Specimen
  /// The model's name, such as `specimen/twohop`.
  let model: String

  /// The subjects that people name; `all` is those that are made, and those that need no making.
  static func named(_ names: [String]) throws -> [CalibrationSubject] {
    let all = SpecimenShelf.all.flatMap { specimen in
      specimen.modelNames.map { CalibrationSubject(specimen: specimen, model: $0) }
    }
    var chosen: [CalibrationSubject] = []
    for name in names {
      let found = all.filter { name == "all" ? $0.isThere : $0.isCalled(name) }
      guard let first = found.first else {
        let known = all.map { $0.model.replacing("specimen/", with: "") }.joined(separator: ", ")
        throw CommandError("There is no specimen '\(name)': choose among \(known), or all.")
      }
      guard found.allSatisfy(\.isThere) else {
        throw CommandError(
          "The model \(first.model) is not made: run 'microscope specimen train \(first.specimen.name)' first."
        )
      }
      chosen += found.filter { new in !chosen.contains { $0.model == new.model } }
    }
    return chosen
  }

  private func isCalled(_ name: String) -> Bool { model == name || model == "specimen/" + name }

  /// The folder of the model, nil where it is not on this machine.
  private var folder: URL? {
    SpecimenName(model).flatMap {
      Catalogue.builtIn.specimen($0, home: MicroscopeHome(), share: MicroscopeShare())
    }
  }

  private var isThere: Bool { folder != nil || compiled != nil }

  private var compiled: TransformerParameters? {
    if case .compiled(let parameters, _) = specimen.making(size: specimen.sizes[0]) {
      parameters
    } else {
      nil
    }
  }

  /// The transcoders of the model, those made here and those that ship.
  var transcoders: [PresentItem] {
    SpecimenName(model).map {
      Catalogue.builtIn.transcoders(of: $0, home: MicroscopeHome(), share: MicroscopeShare())
    } ?? []
  }

  func transformer(_ workers: Workers) throws -> Transformer {
    if let folder { return try Transformer(path: folder.path, workers: workers) }
    guard let compiled else { throw CommandError("The model \(model) is not made.") }
    return compiled.transformer(workers: workers)
  }
}
