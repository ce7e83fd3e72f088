import ArgumentParser

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Say what a file or folder is, and what it can be used with.",
    discussion: """
      Knows models (GGUF, Hugging Face), transcoders (circuit-tracer, SAELens, sparsify, Gemma Scope, compact), graphs, \
      tokenizers, safetensors and numpy archives. Nothing is loaded: headers tell.

      Examples:
        microscope inspect transcoders/
        microscope inspect model.gguf --json
      """)

  @Argument(help: "A file or folder.")
  var path: String

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let found = try Inspection.of(path)
    if json { try Terminal.printJSON(found) } else { try Terminal.say(found.text) }
  }
}
