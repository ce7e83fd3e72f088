import ArgumentParser

@main
struct Microscope: AsyncParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "microscope",
    abstract: "Opens a language model's head: how it came to its next token, as a graph of features.",
    discussion: """
      Examples:
        microscope trace "The capital of France is" --serve
        microscope run "The capital of France is"
      """,
    version: version,
    subcommands: [
      TraceCommand.self, ServeCommand.self, InterveneCommand.self, GenerateCommand.self,
      SuccessRateCommand.self, RunCommand.self,
      TokenizeCommand.self, PullCommand.self, InspectCommand.self,
      TrainCommand.self, EvaluateCommand.self, CompactCommand.self, DashboardsCommand.self,
      FeaturesCommand.self, OperandsCommand.self, OverlapCommand.self, ContrastCommand.self,
      PositionsCommand.self, SpecimenCommand.self, CalibrateCommand.self, StudyCommand.self,
      DoctorCommand.self,
    ])

  /// Runs the command that the arguments name; an error is told in one sentence on standard error.
  static func main() async {
    do {
      try CommandLine.checkEncoding()
      var command = try await asyncParseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      Failure(error).end()
    }
  }
}

extension CommandLine {
  /// Refuses arguments that are not UTF-8: they would arrive with their bytes replaced.
  fileprivate static func checkEncoding() throws(CommandError) {
    for index in 0..<Int(argc) {
      guard let argument = unsafe unsafeArgv[index] else { continue }
      guard unsafe String(validatingCString: argument) != nil else {
        throw CommandError(
          "Argument \(index) is not valid UTF-8: retype it, or give a prompt in a file with --prompt-file.")
      }
    }
  }
}
