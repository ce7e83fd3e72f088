import ArgumentParser
import Foundation
import Interventions
import ModelCatalogues
import Transcoders
import Transformers

/// Which features the model is seen through.
struct TranscoderOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "An id that the catalogue has for the model, a folder (circuit-tracer, SAELens, sparsify, Gemma Scope), an "
        + "owner/name that was pulled, or 'neurons'.", valueName: "set"))
  var transcoders = "neurons"

  /// Whether the model's own neurons are the features.
  var usesNeurons: Bool { transcoders == "neurons" }

  /// The folder of the transcoders, nil for neurons; a set that the catalogue has for the model is fetched when it is
  /// missing.
  func folder(model: String) async throws -> String? {
    guard !usesNeurons else { return nil }
    if let folder = try present(model: model) { return folder }
    let repository = Catalogue.builtIn.repository(ofTranscoders: transcoders, model: model)
    let pulled = try await PullProgressLine.pull(
      repository?.description ?? transcoders, home: MicroscopeHome(), shelf: .transcoders)
    return pulled.model.location.path
  }

  /// The folder of transcoders that are on this machine, nil for those that the catalogue can fetch.
  private func present(model: String) throws -> String? {
    let catalogue = Catalogue.builtIn
    do {
      return try catalogue.resolve(transcoders: transcoders, model: model, home: MicroscopeHome()).location
        .path
    } catch {
      guard case .notPulled(let name, _) = error else { throw error }
      let known = catalogue.entry(ofModel: model)?.transcoders.map(\.id) ?? []
      guard !known.contains(transcoders) else { return nil }
      throw CommandError(
        "The transcoders \(name) are not on this machine: run 'microscope pull --transcoders \(name)' first.")
    }
  }

  /// What interventions on a model can change: its neurons, or transcoders; `model` is what people call it.
  func steerable(_ transformer: Transformer, model: String) async throws -> any SteerableBasis {
    guard let folder = try await folder(model: model) else { return ModelNeurons(transformer) }
    return try TranscoderSet(path: folder)
  }
}
