import ArgumentParser
import FeatureDashboards
import Foundation
import ModelCatalogues
import Tokenizers
import Transcoders
import Transformers

/// Whose features dashboards show, and where they lie.
struct DashboardOptions: ParsableArguments {
  @OptionGroup var model: ModelOptions
  @OptionGroup var basis: TranscoderOptions

  @Option(
    help: ArgumentHelp(
      "The file of the dashboards. (default: the set's own below MICROSCOPE_HOME/dashboards)",
      valueName: "file"))
  var store: String?

  /// Opens the model and its features.
  func open() async throws -> DashboardSubject {
    let resolved = try await model.resolve()
    let opened = try model.open(resolved)
    let folder = try await basis.folder(model: model.model)
    let features = try folder.map { DashboardBasis.transcoders(try TranscoderSet(path: $0)) } ?? .neurons
    try features.check(opened.transformer)
    return DashboardSubject(
      model: opened, name: resolved.name,
      firstToken: resolved.firstToken, basis: features, file: store)
  }
}

/// A model, its features, and where their dashboards lie.
struct DashboardSubject {
  let model: LanguageModel
  /// What people call the model.
  let name: String
  /// How contexts of the model begin.
  let firstToken: FirstTokenRule
  let basis: DashboardBasis
  /// The file that was named.
  let file: String?

  var identity: String { basis.identity(model.transformer) }

  /// The stores and what ships for the model.
  var shelf: DashboardShelf {
    DashboardShelf(
      stores: MicroscopeHome().dashboards, shipped: MicroscopeShare().dashboards?.appending(component: name))
  }

  /// Where the dashboards lie.
  var place: URL {
    file.map { URL(filePath: $0) } ?? shelf.place(basis: basis.name, identity: identity)
  }

  /// The text of each token id.
  var texts: [String] { (0..<model.tokenizer.vocabularySize).map { model.tokenizer.piece($0) } }

  /// Opens the dashboards; what ships is unpacked first.
  ///
  /// Nil when there are none.
  func openStore() throws -> DashboardStore? {
    guard file == nil else { return try DashboardStore(place, identity: identity) }
    let store = try shelf.open(
      basis: basis.name, identity: identity, texts: { texts }, finish: label,
      report: { Terminal.progress($0) })
    if let store, try !store.isLabelledByRules() { try label(store) }
    return store
  }

  /// Gives all features labels by the offline rules.
  func label(_ store: DashboardStore) throws {
    let total = store.info.featureCounts.reduce(0, +).grouped
    try store.labelByRules(time: Date().timeIntervalSince1970, model.transformer.workers) {
      Terminal.progress("labelling by rules: \($0.grouped) of \(total) features")
    }
    Terminal.progress("")
  }

  /// Opens the dashboards, or says how to make them.
  func existingStore() throws -> DashboardStore {
    guard let store = try openStore() else { throw DashboardError.missing(path: place.path) }
    return store
  }
}
