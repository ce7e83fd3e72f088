import ArgumentParser
import Foundation
import ModelCatalogues
import Tokenizers
import Transformers

/// What the model reads.
struct PromptOptions: ParsableArguments {
  @Argument(help: "The prompt.")
  var prompt: String?

  @Option(help: "Token ids as they are, separated by commas; nothing is put before them.")
  var ids: String?

  @Option(help: ArgumentHelp("A text file that holds the prompt.", valueName: "file"))
  var promptFile: String?

  @Flag(help: "Apply the model's chat template, with the prompt as the user's message.")
  var chat = false

  @Option(
    help: ArgumentHelp(
      "The token put before the prompt: an id, or 'none'. (default: what suits the model best)",
      valueName: "id"))
  var bos: String?

  func validate() throws {
    let given = [prompt, ids, promptFile].compactMap { $0 }.count
    guard given == 1 else {
      throw ValidationError("Give one prompt: as text, with --prompt-file, or as token ids with --ids.")
    }
    guard ids == nil || (!chat && bos == nil) else {
      throw ValidationError("--ids gives the tokens as they are: leave out --chat and --bos.")
    }
    guard bos == nil || bos == "none" || bos.flatMap(Int.init) != nil else {
      throw ValidationError("--bos takes a token id or 'none', not '\(bos ?? "")'.")
    }
  }

  /// The prompt's text, or nil when token ids were given.
  func text() throws -> String? {
    guard ids == nil else { return nil }
    let text = try promptFile.map(PromptOptions.read) ?? prompt ?? ""
    guard !text.isEmpty else { throw CommandError("The prompt is empty: give at least one character.") }
    guard !text.utf8.contains(0) else {
      throw CommandError("The prompt holds a NUL byte, which no tokenizer reads: remove it.")
    }
    return text
  }

  private static func read(_ path: String) throws -> String {
    guard let text = String(validating: try PromptFile.bytes(path), as: UTF8.self) else {
      throw CommandError("The prompt file \(path) is not valid UTF-8: convert it first.")
    }
    return text
  }

  /// Returns the token ids that the model reads.
  func tokens(
    _ tokenizer: Tokenizer, transformer: Transformer, rule: FirstTokenRule, compatible: Bool
  ) throws -> [Int] {
    let given =
      try ids.map(PromptOptions.parse)
      ?? text().map {
        try encoded($0, tokenizer, rule: rule, compatible: compatible)
      }
    return try PromptOptions.checked(given ?? [], transformer)
  }

  /// Returns the token ids of another text, read as the prompt is.
  func tokens(of text: String, _ model: LanguageModel, rule: FirstTokenRule) throws -> [Int] {
    guard !text.isEmpty else { throw CommandError("A prompt is empty: give at least one character.") }
    return try PromptOptions.checked(
      encoded(text, model.tokenizer, rule: rule, compatible: false), model.transformer)
  }

  private static func checked(_ tokens: [Int], _ transformer: Transformer) throws -> [Int] {
    let (vocabulary, context) = (transformer.configuration.dVocab, transformer.configuration.contextLength)
    if let wrong = tokens.first(where: { $0 < 0 || $0 >= vocabulary }) {
      throw CommandError("There is no token \(wrong): the model's token ids go from 0 to \(vocabulary - 1).")
    }
    guard !tokens.isEmpty else {
      throw CommandError("The model's tokenizer makes no tokens of this prompt: give another one.")
    }
    guard tokens.count <= context else {
      throw CommandError(
        "The prompt has \(tokens.count) tokens; this model reads at most \(context): shorten it.")
    }
    return tokens
  }

  static func parse(_ list: String) throws -> [Int] {
    let parts = list.split(separator: ",", omittingEmptySubsequences: false)
    let ids = parts.compactMap { Int($0.trimmingPrefix { $0 == " " }) }
    guard ids.count == parts.count else {
      throw CommandError(
        "--ids takes token ids separated by commas, such as 1,57,9, not '\(list.prefix(60))'.")
    }
    return ids
  }

  private func encoded(
    _ text: String, _ tokenizer: Tokenizer, rule: FirstTokenRule, compatible: Bool
  ) throws -> [Int] {
    var text = text
    if chat { text = try templated(text, tokenizer) }
    let ids = tokenizer.encode(text, parsingSpecialTokens: chat ? true : nil)
    let leads = ids.first.map { tokenizer.isSpecial($0) } ?? false
    switch bos {
    case "none": return ids
    case .some(let token): return [Int(token) ?? 0] + ids
    case nil where leads: return ids
    case nil where compatible:
      // circuit-tracer takes the first of these that is there, and by an oversight passes over id 0.
      let first = [tokenizer.bosID, tokenizer.padID, tokenizer.eosID].compactMap { $0 }.first { $0 != 0 }
      return (first.map { [$0] } ?? []) + ids
    case nil:
      if case .token(let token) = rule { return [token] + ids }
      return (tokenizer.addsBOS ? tokenizer.bosID.map { [$0] } ?? [] : []) + ids
    }
  }

  private func templated(_ text: String, _ tokenizer: Tokenizer) throws -> String {
    guard let source = tokenizer.chatTemplate else {
      throw CommandError("This model has no chat template: leave out --chat.")
    }
    let piece = { (id: Int?) in id.map { tokenizer.piece($0) } ?? "" }
    return try ChatTemplate(source).render(
      messages: [ChatMessage(role: "user", content: text)], addGenerationPrompt: true,
      bosToken: piece(tokenizer.bosID), eosToken: piece(tokenizer.eosID))
  }
}
