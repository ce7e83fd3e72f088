import ArgumentParser
import Foundation
import Studies

struct StudyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "study",
    abstract: "Experiments that are written down before they are run, with what held and what did not.",
    discussion: """
      A study names prompts, what the model must be able to do, groups of features by rule, changes of them, and hypotheses. \
      How to write one: Documentation/Studies.md.

      Examples:
        microscope study list
        microscope study run two-hop --output report
        microscope study new my-study.yaml
      """,
    subcommands: [
      StudyListCommand.self, StudyShowCommand.self, StudyRunCommand.self, StudyNewCommand.self,
    ])
}

/// Which study.
struct StudyOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("A built-in study, as `study list` shows it, or a file.", valueName: "study"))
  var study: String

  /// The study, read and checked.
  func read() throws -> Study {
    if let file = try StudyLibrary.file(named: study) { return try file.study() }
    guard study.contains("/") || study.contains(".") else {
      let names = StudyLibrary.names.joined(separator: ", ")
      throw CommandError("There is no study '\(study)': choose one of \(names), or give a file.")
    }
    return try StudyFile(path: study).study()
  }
}

struct StudyListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the built-in studies and the models that they suit.",
    discussion: """
      Examples:
        microscope study list
      """)

  @Flag(help: "Print JSON.")
  var json = false

  private struct Row: Encodable {
    let name: String
    let title: String
    let models: [String]
  }

  func run() throws {
    let rows = try StudyLibrary.names.compactMap { name -> Row? in
      guard let study = try StudyLibrary.file(named: name)?.study() else { return nil }
      return Row(name: name, title: study.title, models: study.models.map(\.model))
    }
    if json { return try Terminal.printJSON(rows) }
    let table = rows.map { [$0.name, $0.models.joined(separator: ", "), $0.title] }
    for line in Table.lines([["study", "suits", "about"]] + table) { try Terminal.say(line) }
  }
}

struct StudyShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Print a study's plan: what is asked, measured and claimed.",
    discussion: """
      A file is checked on the way.

      Examples:
        microscope study show two-hop
        microscope study show my-study.yaml --json
      """)

  @OptionGroup var options: StudyOptions

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let study = try options.read()
    if json { try Terminal.printJSON(study) } else { try Terminal.say(study.plan) }
  }
}

struct StudyNewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Write a commented study to start from.",
    discussion: """
      Examples:
        microscope study new my-study.yaml
        microscope study run my-study.yaml
      """)

  @Argument(help: ArgumentHelp("The new file.", valueName: "file.yaml"))
  var file: String

  func run() throws {
    guard file.hasSuffix(".yaml") || file.hasSuffix(".yml") else {
      throw CommandError("A study is a .yaml file, not '\(file)'.")
    }
    let place = URL(filePath: file)
    guard !FileManager.default.fileExists(atPath: place.path) else {
      throw CommandError("\(file) is there already: choose another name.")
    }
    try OutputPlace.check(file: file, option: "FILE")
    let base = place.deletingPathExtension().lastPathComponent.lowercased()
    let name = String(base.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
      .trimmingCharacters(in: ["-"])
    let text = try StudyLibrary.start(named: name.isEmpty ? "my-study" : String(name.prefix(64)))
    do {
      try Data(text.utf8).write(to: place, options: .withoutOverwriting)
    } catch {
      throw CommandError("Cannot write \(file): check that you may write there.")
    }
    try Terminal.say("wrote \(file); run it with: microscope study run \(file)")
  }
}
