import ArgumentParser
import Foundation
import ModelCatalogues

struct PullCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull", abstract: "Fetch a model.",
    discussion: """
      Takes a catalogue id (see --list), or owner/name of a repository on the Hugging Face hub. An interrupted \
      pull goes on where it stopped; what arrives is checked before it takes its place.

      Examples:
        microscope pull smollm2-135m-instruct
        microscope pull HuggingFaceTB/SmolLM2-135M-Instruct
      """)

  @Argument(help: "A catalogue id, or owner/name[@revision] on the hub.")
  var name: String?

  @Flag(help: "List the catalogue.")
  var list = false

  @Flag(help: "The repository holds transcoders, not a model.")
  var transcoders = false

  @Flag(help: "Print JSON.")
  var json = false

  private struct Report: Encodable {
    var path: String
    var wasAlreadyThere: Bool
  }

  private struct Listing: Encodable {
    var id: String
    var title: String
    var parameters: Int
    var downloadBytes: Int64
    var licence: String
  }

  func validate() throws {
    guard list != (name != nil) else { throw ValidationError("Name a model to fetch, or pass --list.") }
  }

  func run() async throws {
    guard let name else { return try printCatalogue() }
    let pulled = try await PullProgressLine.pull(
      name, home: MicroscopeHome(), shelf: transcoders ? .transcoders : .models)
    let path = pulled.model.location.path
    if json { return try Terminal.printJSON(Report(path: path, wasAlreadyThere: pulled.wasAlreadyThere)) }
    try Terminal.say("\(name) is \(pulled.wasAlreadyThere ? "already there" : "here"): \(path)")
  }

  private func printCatalogue() throws {
    let entries = Catalogue.builtIn.entries
    if json {
      return try Terminal.printJSON(
        entries.map {
          Listing(
            id: $0.id, title: $0.title, parameters: $0.parameters, downloadBytes: $0.downloadBytes,
            licence: $0.licence.name)
        })
    }
    for entry in entries {
      try Terminal.say(
        "\(entry.id)\n  \(entry.title)\n  \(entry.downloadBytes / 1_000_000) MB, \(entry.licence.name)")
    }
  }
}
