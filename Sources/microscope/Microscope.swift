import ArgumentParser

@main
struct Microscope: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "microscope",
    abstract: "Shows how a language model came to its next token.",
    subcommands: [RunCommand.self, TraceCommand.self])
}
