import ArgumentParser
import Foundation
import GraphFiles
import LinearAlgebra
import LiveServices
import ModelCatalogues
import Viewer

/// The model behind the page.
struct LiveOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The model that the page takes when none is chosen: a catalogue id, a .gguf file, or a Hugging Face folder.",
      valueName: "model"))
  var model: String?

  @Option(
    help: ArgumentHelp(
      "The features that this model is seen through. (default: the set that ships for it, else its neurons)",
      valueName: "set"))
  var transcoders: String?

  @Flag(help: "Show graphs only: no new traces, no interventions.")
  var noLive = false

  @Option(help: ArgumentHelp("Worker threads. (default: all cores)", valueName: "count"))
  var threads: Int?

  func validate() throws {
    guard !noLive || (model == nil && transcoders == nil) else {
      throw ValidationError("--no-live takes no --model and no --transcoders.")
    }
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads takes 1 to 1024.") }
  }

  /// Puts the models of a home, what was named here, and the dashboards on the page.
  func fill(_ contents: inout ViewerContents, home: MicroscopeHome) async throws {
    let given = try await given(home: home)
    let library = DashboardLibrary(home: home, share: MicroscopeShare(), given: given)
    contents.features = library
    guard !noLive else { return }
    contents.live = LiveModelService(
      home: home, share: MicroscopeShare(), given: given,
      program: .init(name: "microscope", version: Microscope.version, url: ""), library: library,
      workers: Workers(count: threads))
    contents.studies = StudyService(home: home, share: MicroscopeShare(), workers: Workers(count: threads))
  }

  private func given(home: MicroscopeHome) async throws -> LiveModelService.Given {
    var given = LiveModelService.Given()
    if let model {
      let resolved = try Catalogue.builtIn.resolve(model, home: home)
      given.model = PresentItem(name: resolved.name, location: resolved.location)
    }
    if let transcoders, transcoders != "neurons" {
      let folder = try await TranscoderOptions.folder(
        of: transcoders, model: model ?? Catalogue.defaultModelID)
      given.transcoders = PresentItem(
        name: URL(filePath: transcoders).lastPathComponent, location: URL(filePath: folder))
    }
    return given
  }
}
