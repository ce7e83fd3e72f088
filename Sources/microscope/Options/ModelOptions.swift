import ArgumentParser
import Foundation
import LinearAlgebra
import ModelCatalogues
import Transformers

/// Which model, and how many threads.
struct ModelOptions: ParsableArguments {
  @Option(help: "A catalogue id, a specimen's name, a .gguf file, or a Hugging Face folder.")
  var model = Catalogue.defaultModelID

  @Option(
    help: ArgumentHelp(
      "Worker threads; results do not depend on it. (default: all cores)", valueName: "count"))
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads takes 1 to 1024.") }
  }

  /// Finds the model; one of the catalogue is fetched when it is missing.
  func resolve() async throws -> ResolvedModel {
    let home = MicroscopeHome()
    do {
      return try Catalogue.builtIn.resolve(model, home: home)
    } catch .notPulled where Catalogue.builtIn.entry(id: model) != nil {
      return try await PullProgressLine.pull(model, home: home).model
    }
  }

  /// Opens the model.
  func open(_ resolved: ResolvedModel) throws -> LanguageModel {
    try LanguageModel(path: resolved.location.path, workers: Workers(count: threads))
  }
}
