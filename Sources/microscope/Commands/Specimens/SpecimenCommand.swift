import ArgumentParser
import Specimens

struct SpecimenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "specimen",
    abstract: "Small models whose circuits are known: make them, and read what they must do.",
    discussion: """
      Each is trained on a synthetic language in which a behaviour is necessary, and has an answer key. They are models \
      like any other, --model twohop, and ship with transcoders. The languages: Documentation/Specimens.

      Examples:
        microscope specimen list
        microscope specimen train twohop
        microscope trace "the capital of the state of old elm is" --model twohop
      """,
    subcommands: [
      SpecimenListCommand.self, SpecimenDescribeCommand.self, SpecimenTrainCommand.self,
      SpecimenScoreCommand.self, SpecimenTextCommand.self,
    ])
}

/// Which specimen, and in which size.
struct SpecimenOptions: ParsableArguments {
  @Argument(help: "A specimen's name, as `specimen list` shows it.")
  var name: String

  @Option(help: ArgumentHelp("One of its sizes. (default: its usual one)"))
  var size: String?

  func validate() throws {
    guard let specimen = SpecimenShelf.specimen(named: name) else {
      let names = SpecimenShelf.all.map(\.name).joined(separator: ", ")
      throw ValidationError("There is no specimen '\(name)': choose one of \(names).")
    }
    if let size, !specimen.sizes.contains(size) {
      throw ValidationError(
        "\(name) comes in the sizes \(specimen.sizes.joined(separator: ", ")), not '\(size)'.")
    }
  }

  /// The specimen and its size.
  func chosen() throws -> (specimen: any Specimen, size: String) {
    guard let specimen = SpecimenShelf.specimen(named: name) else {
      throw CommandError("There is no specimen '\(name)'.")
    }
    return (specimen, size ?? specimen.sizes[0])
  }
}
