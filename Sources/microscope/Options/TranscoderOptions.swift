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
      "A folder in circuit-tracer's format, an owner/name that was pulled, or 'neurons'.", valueName: "set"))
  var transcoders = "neurons"

  /// Whether the model's own neurons are the features.
  var usesNeurons: Bool { transcoders == "neurons" }

  /// The folder of the transcoders.
  func folder() throws -> String {
    do {
      return try Catalogue.builtIn.resolve(transcoders, home: MicroscopeHome(), shelf: .transcoders).location
        .path
    } catch .notPulled(let name, _) {
      throw CommandError(
        "The transcoders \(name) are not on this machine: run 'microscope pull --transcoders \(name)' first.")
    } catch .unknownModel {
      throw CommandError(
        "There are no transcoders at '\(transcoders)': give a folder in circuit-tracer's format, owner/name, or 'neurons'."
      )
    }
  }

  /// What interventions on a model can change.
  func steerable(_ transformer: Transformer) throws -> any SteerableBasis {
    usesNeurons ? ModelNeurons(transformer) : try TranscoderSet(circuitTracerFolder: folder())
  }
}
