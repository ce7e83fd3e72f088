import ArgumentParser
import SpecimenTraining
import Specimens

struct SpecimenDescribeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe", abstract: "Show a specimen's language, what it must do, and an answer key.",
    discussion: """
      Examples:
        microscope specimen describe twohop
        microscope specimen describe couplets --circuit plan --seed 7
      """)

  @OptionGroup var options: SpecimenOptions

  @Option(help: "Show keys of this circuit only.")
  var circuit: String?

  @Option(help: "The seed of the examples.")
  var seed: UInt64 = SpecimenSeed.development

  @Flag(help: "Print the keyed prompts as JSON.")
  var json = false

  func run() throws {
    let (specimen, size) = try options.chosen()
    if let circuit, !specimen.circuits.contains(circuit) {
      let names = specimen.circuits.joined(separator: ", ")
      throw CommandError("\(specimen.name) has the circuits \(names), not '\(circuit)'.")
    }
    let keys = specimen.circuits.filter { circuit == nil || $0 == circuit }
      .map { specimen.keyedPrompt($0, index: 0, seed: seed) }
    if json { return try Terminal.printJSON(keys) }
    try Terminal.say("\(specimen.name): \(specimen.summary)")
    switch specimen.making(size: size) {
    case .compiled(_, let behaviours): try say(behaviours, model: specimen.modelName(size: size), specimen)
    case .trained(let phases):
      for phase in phases {
        try say(phase.behaviours, model: specimen.modelName(size: size, phase: phase.name), specimen)
        try Terminal.say("  learns from, for example:")
        for index in 0..<3 {
          try Terminal.say("    " + text(phase.source.sequence(index, seed: seed).tokens, specimen))
        }
      }
    }
    for key in keys { try say(key, specimen) }
  }

  private func text(_ tokens: [Int], _ specimen: any Specimen) -> String {
    let words = specimen.vocabulary.words
    return tokens.map { words[$0] }.joined(separator: " ")
  }

  private func say(_ behaviours: [Behaviour], model: String, _ specimen: any Specimen) throws {
    try Terminal.say("\n\(model) must do:")
    for line in Table.lines(behaviours.map { ["  " + $0.name, "≥ \($0.required.percent)", $0.summary] }) {
      try Terminal.say(line)
    }
  }

  private func say(_ key: KeyedPrompt, _ specimen: any Specimen) throws {
    try Terminal.say(
      "\n\(key.circuit): \(text(key.tokens, specimen)) → \(specimen.vocabulary.words[key.answer])")
    let rows = key.variables.map { variable in
      let parents = key.edges.filter { $0.to == variable.name }.map { ($0.sign < 0 ? "−" : "") + $0.from }
      let positions = variable.positions.map(String.init).joined(separator: " ")
      return [
        "  " + variable.name, variable.value, "at " + positions,
        parents.isEmpty ? "" : "from " + parents.joined(separator: ", "),
      ]
    }
    for line in Table.lines(rows) { try Terminal.say(line) }
  }
}
