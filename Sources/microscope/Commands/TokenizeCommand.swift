import ArgumentParser
import Foundation
import ModelCatalogues
import Tokenizers
import Transformers

struct TokenizeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize", abstract: "Show the token ids of a text.",
    discussion: """
      The text alone: no first token is put before it. Special tokens written in the text are read as such where \
      the model's own tokenizer does so.

      Example:
        microscope tokenize "The capital of France is"
      """)

  @Argument(help: "The text.")
  var text: String

  @OptionGroup var options: ModelOptions

  @Flag(help: "Print JSON.")
  var json = false

  private struct Report: Encodable {
    var ids: [Int]
    var pieces: [String]
  }

  func run() async throws {
    guard !text.isEmpty else { throw CommandError("The text is empty: give at least one character.") }
    let tokenizer = try LanguageModel.tokenizer(path: try await options.resolve().location.path)
    let ids = tokenizer.encode(text)
    let pieces = ids.map { tokenizer.piece($0) }
    if json { return try Terminal.printJSON(Report(ids: ids, pieces: pieces)) }
    for (id, piece) in zip(ids, pieces) {
      let number = String(id)
      try Terminal.say(
        String(repeating: " ", count: max(0, 7 - number.count)) + number + "  ‘\(Terminal.visible(piece))’")
    }
  }
}
