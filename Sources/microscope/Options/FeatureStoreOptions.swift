import ArgumentParser
import FeatureDashboards
import Foundation
import LinearAlgebra
import ModelCatalogues
import Transcoders
import Transformers

/// Which model, which of its features, and their dashboards.
struct FeatureStoreOptions: ParsableArguments {
  @OptionGroup var options: ModelOptions
  @OptionGroup var basis: TranscoderOptions

  @Option(
    help: ArgumentHelp(
      "The file of the dashboards. (default: those of the transcoders, shipped or built)", valueName: "file"))
  var dashboards: String?

  /// Opens the model and its features.
  func session() async throws -> FeatureSession {
    let resolved = try await options.resolve()
    let folder = try await basis.folder(model: options.model)
    let model = try options.open(resolved)
    let features = try folder.map { DashboardBasis.transcoders(try TranscoderSet(path: $0)) } ?? .neurons
    if case .transcoders(let set) = features { try set.check(fits: model.transformer) }
    let rule = resolved.entry?.firstToken ?? .modelDefault
    return FeatureSession(
      model: model, basis: features, first: try TextOptions().firstToken(model.tokenizer, rule: rule),
      workers: Workers(count: options.threads))
  }

  /// Opens the dashboards, without the model where that is possible.
  func store() async throws -> DashboardStore {
    if let dashboards { return try DashboardStore(URL(filePath: dashboards), identity: nil) }
    return try store(try await session())
  }

  /// Opens the dashboards of a session's features.
  func store(_ session: FeatureSession) throws -> DashboardStore {
    if let dashboards { return try DashboardStore(URL(filePath: dashboards), identity: session.identity) }
    guard let store = try FeatureStoreOptions.shelved(session.basis, session.model.transformer) else {
      throw CommandError(
        "There are no dashboards of \(session.basis.name): make them with 'microscope dashboards build', or name a file with --dashboards."
      )
    }
    return store
  }

  /// The dashboards that are kept for some features; nil when there are none.
  static func shelved(_ basis: DashboardBasis, _ transformer: Transformer) throws -> DashboardStore? {
    try DashboardShelf(home: MicroscopeHome(), share: MicroscopeShare()).store(
      identity: basis.identity(transformer), basis: basis.name)
  }
}

extension FeatureName: ExpressibleByArgument {}
