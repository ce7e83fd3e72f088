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
      "An id that the catalogue has for the model, a folder (circuit-tracer, SAELens, sparsify, Gemma Scope, compact), "
        + "an owner/name that was pulled, or 'neurons'. (default: the set that ships for the model, else neurons)",
      valueName: "set"))
  var transcoders: String?

  /// The folder of the transcoders, nil for neurons; a set that the catalogue has for the model is fetched when it is
  /// missing.
  func folder(model: String) async throws -> String? {
    guard let transcoders else {
      return Catalogue.builtIn.defaultTranscoders(
        model: model, home: MicroscopeHome(), share: MicroscopeShare())?.path
    }
    return transcoders == "neurons" ? nil : try await TranscoderOptions.folder(of: transcoders, model: model)
  }

  /// The folder of a named set, which is fetched when the catalogue has it for the model and it is missing.
  static func folder(of transcoders: String, model: String) async throws -> String {
    if let folder = try present(transcoders, model: model) { return folder }
    let repository = Catalogue.builtIn.repository(ofTranscoders: transcoders, model: model)
    let pulled = try await PullProgressLine.pull(
      repository?.description ?? transcoders, home: MicroscopeHome(), shelf: .transcoders)
    return pulled.model.location.path
  }

  /// The folder of transcoders that are on this machine, nil for those that the catalogue can fetch.
  private static func present(_ transcoders: String, model: String) throws -> String? {
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

  /// What interventions on a model can change: its neurons, or transcoders.
  ///
  /// - Parameters:
  ///   - model: What people call it.
  ///   - graphBasis: The set in which the graph of the prompt was traced; where none is named, features must be those.
  func steerable(
    _ transformer: Transformer, model: String, tracedIn graphBasis: String? = nil
  ) async throws -> any SteerableBasis {
    let isNamed = transcoders != nil
    guard isNamed || graphBasis != "neurons", let folder = try await folder(model: model) else {
      return ModelNeurons(transformer)
    }
    let set = try TranscoderSet(path: folder)
    guard isNamed || graphBasis == nil || graphBasis == set.name else {
      throw CommandError(
        "The graph was traced in other features than \(set.name), the model's own set: name them with --transcoders."
      )
    }
    return set
  }
}
