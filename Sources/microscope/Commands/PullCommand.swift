import ArgumentParser
import Foundation
import ModelCatalogues

struct PullCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull", abstract: "Fetch a model, or transcoders.",
    discussion: """
      Takes a catalogue id (see --list), or owner/name of a repository on the Hugging Face hub. An interrupted \
      pull goes on where it stopped; what arrives is checked before it takes its place.

      Examples:
        microscope pull smollm2-135m-instruct
        microscope pull HuggingFaceTB/SmolLM2-135M-Instruct
        microscope pull --transcoders gemma-2-2b/gemma-scope
      """)

  @Argument(
    help: "A catalogue id, or owner/name[@revision] on the hub; for transcoders also owner/name/folder.")
  var name: String?

  @Flag(help: "List the catalogue.")
  var list = false

  @Flag(help: "Fetch transcoders: model/id of the catalogue, or a repository that holds them.")
  var transcoders = false

  @Flag(help: "Print JSON.")
  var json = false

  private struct Report: Encodable {
    var path: String
    var wasAlreadyThere: Bool
  }

  private struct Listing: Encodable {
    struct Transcoders: Encodable {
      var id: String
      var title: String
      var repository: String
    }

    var id: String
    var title: String
    var parameters: Int
    var downloadBytes: Int64?
    var licence: String
    var isGated: Bool
    var transcoders: [Transcoders]

    init(_ entry: CatalogueEntry) {
      id = entry.id
      title = entry.title
      parameters = entry.parameters
      downloadBytes = entry.downloadBytes
      licence = entry.licence.name
      isGated = entry.licence.isGated
      transcoders = entry.transcoders.map {
        Transcoders(id: $0.id, title: $0.title, repository: $0.repository.description)
      }
    }

    /// The same for a person.
    var text: String {
      let size =
        downloadBytes.map { "\($0 / 1_000_000) MB" }
        ?? "about \((Double(parameters) * 2e-9).rounded(to: 1)) GB in 16 bits"
      let terms = licence + (isGated ? ", gated: accept the terms on its page and set HF_TOKEN" : "")
      let sets = transcoders.map { "\n  --transcoders \($0.id): \($0.title) (\($0.repository))" }
      return "\(id)\n  \(title)\n  \(size), \(terms)" + sets.joined()
    }
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
    let entries = Catalogue.builtIn.entries.map(Listing.init)
    if json { return try Terminal.printJSON(entries) }
    for entry in entries { try Terminal.say(entry.text) }
  }
}
