import ArgumentParser
import Foundation
import LiveServices
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
    let encoder = PromptEncoder(tokenizer, transformer.configuration, rule: rule)
    if let ids { return try encoder.checked(PromptOptions.parse(ids)) }
    return try tokens(of: text() ?? "", encoder, compatible: compatible)
  }

  /// Returns the token ids of another text, read as the prompt is.
  func tokens(of text: String, _ model: LanguageModel, rule: FirstTokenRule) throws -> [Int] {
    guard !text.isEmpty else { throw CommandError("A prompt is empty: give at least one character.") }
    return try tokens(of: text, PromptEncoder(model, rule: rule), compatible: false)
  }

  private func tokens(of text: String, _ encoder: PromptEncoder, compatible: Bool) throws -> [Int] {
    let first: PromptEncoder.FirstToken =
      switch bos {
      case "none": .none
      case .some(let token): .id(Int(token) ?? 0)
      case nil: compatible ? .circuitTracer : .automatic
      }
    return chat
      ? try encoder.tokens(of: [ChatMessage(role: "user", content: text)], first: first)
      : try encoder.tokens(of: text, first: first)
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
}
