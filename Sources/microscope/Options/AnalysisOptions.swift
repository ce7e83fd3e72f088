import ArgumentParser
import Evaluations
import FeatureDashboards
import Foundation
import Interventions
import LinearAlgebra
import LiveServices
import ModelCatalogues
import ReplacementModels
import Studies
import Tokenizers
import Transcoders
import Transformers

/// The model of an analysis, the features that it is seen through, and where the figure goes.
struct AnalysisOptions: ParsableArguments {
  @OptionGroup var model: ModelOptions
  @OptionGroup var basis: TranscoderOptions

  @Option(
    help: ArgumentHelp(
      "The token put before each text: an id, or 'none'. (default: what suits the model best)",
      valueName: "id"))
  var bos: String?

  @Option(
    help: ArgumentHelp(
      "Draw what was found: .svg, or .png where rsvg-convert is installed.", valueName: "file"))
  var figure: String?

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard bos == nil || bos == "none" || bos.flatMap(Int.init) != nil else {
      throw ValidationError("--bos takes a token id or 'none', not '\(bos ?? "")'.")
    }
  }

  /// Opens the model and its features.
  func open() async throws -> AnalysisSubject {
    if let figure { try FigureFile.check(figure) }
    let resolved = try await model.resolve()
    let folder = try await basis.folder(model: model.model)
    let opened = try model.open(resolved)
    let set = try folder.map { try TranscoderSet(path: $0) }
    try set?.check(fits: opened.transformer)
    return AnalysisSubject(
      model: opened, resolved: resolved, name: resolved.entry?.id ?? resolved.location.lastPathComponent,
      transcoders: set,
      folder: folder, bos: bos, workers: Workers(count: model.threads))
  }

  /// Draws the figure that was asked for.
  func draw(_ svg: @autoclosure () -> String) throws {
    if let figure { try FigureFile.write(svg(), to: figure) }
  }
}

/// A model and its features, opened for an analysis.
struct AnalysisSubject {
  let model: LanguageModel
  let resolved: ResolvedModel
  /// What people call the model.
  let name: String
  /// The transcoders; nil for neurons.
  let transcoders: TranscoderSet?
  let folder: String?
  /// The token put before each text, as it was given.
  let bos: String?
  let workers: Workers

  /// What people call the features.
  var basisName: String { transcoders?.name ?? "neurons" }

  /// Reads activations.
  var probe: FeatureProbe { FeatureProbe(model.transformer, transcoders ?? ModelNeurons(model.transformer)) }

  /// The features as graphs are made of them.
  var graphBasis: SuiteBasis { transcoders.map { .transcoders($0) } ?? .neurons }

  /// The tokens of a text.
  func tokens(_ text: String) throws -> [Int] {
    let first: PromptEncoder.FirstToken =
      switch bos {
      case "none": .none
      case .some(let token): .id(Int(token) ?? 0)
      case nil: .automatic
      }
    let tokens = try PromptEncoder(model, rule: resolved.entry?.firstToken ?? .modelDefault).tokens(
      of: text, first: first)
    try MemoryNeed(tracing: model.transformer.configuration, positions: tokens.count).check()
    return tokens
  }

  /// The text of a token, on one line.
  func piece(_ token: Int) -> String { Terminal.visible(model.tokenizer.piece(token)) }

  /// What features are called: their number, and their label where they have dashboards.
  func labels(_ features: [FeatureName]) -> [FeatureName: String] {
    let library = TraceCommand.library(resolved, folder)
    let labels = library.labels(of: features, in: transcoders?.name ?? "neurons:" + name)
    return Dictionary(
      features.map { feature in
        (feature, labels[feature].map { "\(feature) \(Terminal.printable($0))" } ?? "\(feature)")
      }
    ) { first, _ in first }
  }
}
