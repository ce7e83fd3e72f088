import ArgumentParser
import ModelCatalogues
import Tokenizers
import TranscoderTraining

/// The text that a model reads to learn or to be measured.
struct TextOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Files or folders of text: .txt and .md (a document each), .jsonl (a document a line, under \"text\"), plain or .gz.",
      valueName: "path"))
  var text: [String] = []

  @Option(
    help: ArgumentHelp(
      "The token that begins each context: an id, or 'none'. (default: what suits the model best)",
      valueName: "id"))
  var bos: String?

  func validate() throws {
    guard bos == nil || bos == "none" || bos.flatMap(Int.init) != nil else {
      throw ValidationError("--bos takes a token id or 'none', not '\(bos ?? "")'.")
    }
  }

  func corpus() throws -> TextCorpus { try TextCorpus(paths: text) }

  /// The token that begins each context.
  func firstToken(_ tokenizer: Tokenizer, rule: FirstTokenRule) throws(CommandError) -> Int? {
    try TextOptions.firstToken(bos, tokenizer, rule: rule)
  }

  /// The token that begins each context: the one that is given, an id or 'none', else what suits the model best.
  static func firstToken(
    _ given: String?, _ tokenizer: Tokenizer, rule: FirstTokenRule
  ) throws(CommandError) -> Int? {
    let token: Int? =
      switch (given, rule) {
      case ("none", _): nil
      case (.some(let given), _): Int(given)
      case (nil, .token(let token)): token
      case (nil, _): tokenizer.addsBOS ? tokenizer.bosID : nil
      }
    guard let token else { return nil }
    guard (0..<tokenizer.vocabularySize).contains(token) else {
      throw CommandError(
        "There is no token \(token): the model's token ids go from 0 to \(tokenizer.vocabularySize - 1).")
    }
    return token
  }
}
