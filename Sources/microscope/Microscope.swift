import ArgumentParser

@main
struct Microscope: AsyncParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "microscope",
    abstract: "Opens a language model's head: how it came to its next token, as a graph of features.",
    discussion: """
      Start with:
        microscope trace "The capital of France is" --serve
      """,
    version: version,
    subcommands: [
      TraceCommand.self, ServeCommand.self, RunCommand.self, TokenizeCommand.self, PullCommand.self,
      DoctorCommand.self,
    ])
}
