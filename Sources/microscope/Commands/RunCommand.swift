import ArgumentParser
import LinearAlgebra
import ModelFiles
import Transformers

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "run", abstract: "Run it.")
  @Option var model: String
  @Option var ids: String
  @Option var output: String
  func run() throws {
    let transformer = try Transformer(path: model)
    let tokens = ids.split(separator: ",").compactMap { Int($0) }
    let pass = transformer.run(tokens)
    var writer = try SafetensorsWriter(
      path: output, declaring: [.init("logits", .float(.f32), [pass.logits.rows, pass.logits.columns])])
    try writer.append(pass.logits.storage, to: "logits")
    try writer.finish()
  }
}
