import ArgumentParser
import Foundation
import Specimens

struct SpecimenTextCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "text", abstract: "Write the text of a specimen's language, for `train` and `evaluate`.",
    discussion: """
      A document a line, in JSON, under "text": what the model was trained on, from another seed. Each document is one \
      context of the model; the command prints how many tokens that is.

      Examples:
        microscope specimen text twohop --output twohop.jsonl
        microscope train --model twohop --text twohop.jsonl --set context=48 --kind clt --features 512 --output twohop-clt
        microscope specimen text refusal --model refusal-before --output before.jsonl
      """)

  @OptionGroup var options: SpecimenOptions

  @Option(
    help: ArgumentHelp(
      "One of its models, such as refusal-before. (default: its last one)", valueName: "name"))
  var model: String?

  @Option(help: ArgumentHelp("The file to write.", valueName: "file.jsonl"))
  var output: String

  @Option(help: "How many documents.")
  var documents = 20_000

  @Option(help: "The seed of the text.")
  var seed: UInt64 = SpecimenSeed.text

  func validate() throws {
    guard (1...10_000_000).contains(documents) else {
      throw ValidationError("--documents takes 1 to 10000000.")
    }
    guard output.hasSuffix(".jsonl") else {
      throw ValidationError("--output takes a name that ends in .jsonl.")
    }
  }

  func run() throws {
    try OutputPlace.check(file: output, option: "--output")
    let (specimen, size) = try options.chosen()
    let name = model.map { $0.hasPrefix("specimen/") ? $0 : "specimen/" + $0 }
    guard let text = SpecimenText(specimen, model: name ?? specimen.modelName(size: size)) else {
      let names = specimen.modelNames.map { String($0.dropFirst("specimen/".count)) }.joined(separator: ", ")
      throw CommandError("\(specimen.name) has the models \(names), not '\(model ?? size)'.")
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var bytes = Data()
    for index in 0..<documents {
      bytes += try encoder.encode(["text": text.document(index, seed: seed)])
      bytes.append(0x0A)
    }
    do {
      try bytes.write(to: URL(filePath: output), options: .atomic)
    } catch {
      throw CommandError("Cannot write \(output): check the disk, or choose another place with --output.")
    }
    try Terminal.say(
      "\(documents.grouped) documents of \(text.documentLength) words: \(output)\n"
        + "Contexts have \(text.documentLength + 1) tokens: train with --set context=\(text.documentLength + 1)."
    )
  }
}
