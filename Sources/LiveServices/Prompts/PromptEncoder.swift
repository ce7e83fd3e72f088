import Foundation
public import ModelCatalogues
public import Tokenizers
public import Transformers

/// Turns prompts into the tokens that a model reads.
public struct PromptEncoder: Sendable {
  /// What stands before a prompt's own tokens.
  public enum FirstToken: Sendable, Equatable {
    /// What suits the model best.
    case automatic
    /// What circuit-tracer puts there.
    case circuitTracer
    /// Nothing.
    case none
    /// A token.
    case id(Int)
  }

  private let tokenizer: Tokenizer
  private let configuration: TransformerConfiguration
  private let rule: FirstTokenRule

  /// Encodes for a model.
  ///
  /// - Parameter rule: What the catalogue knows of the model's first token.
  public init(_ model: LanguageModel, rule: FirstTokenRule) {
    self.init(model.tokenizer, model.transformer.configuration, rule: rule)
  }

  /// Encodes for a model of which only these parts are there.
  public init(_ tokenizer: Tokenizer, _ configuration: TransformerConfiguration, rule: FirstTokenRule) {
    self.tokenizer = tokenizer
    self.configuration = configuration
    self.rule = rule
  }

  /// The tokens of a text.
  public func tokens(of text: String, first: FirstToken = .automatic) throws(PromptError) -> [Int] {
    try checked(withFirst(tokenizer.encode(text), first))
  }

  /// The tokens of a conversation in the model's chat template, ready for the model's answer.
  public func tokens(of messages: [ChatMessage], first: FirstToken = .automatic) throws -> [Int] {
    guard let source = tokenizer.chatTemplate else {
      throw PromptError("This model has no chat template: give the prompt as plain text.")
    }
    let piece = { (id: Int?) in id.map { tokenizer.piece($0) } ?? "" }
    let text = try ChatTemplate(source).render(
      messages: messages, addGenerationPrompt: true, bosToken: piece(tokenizer.bosID),
      eosToken: piece(tokenizer.eosID))
    return try checked(withFirst(tokenizer.encode(text, parsingSpecialTokens: true), first))
  }

  /// Refuses tokens that the model cannot read.
  public func checked(_ tokens: [Int]) throws(PromptError) -> [Int] {
    let (vocabulary, context) = (configuration.dVocab, configuration.contextLength)
    if let wrong = tokens.first(where: { $0 < 0 || $0 >= vocabulary }) {
      throw PromptError("There is no token \(wrong): the model's token ids go from 0 to \(vocabulary - 1).")
    }
    guard !tokens.isEmpty else {
      throw PromptError("The model's tokenizer makes no tokens of this prompt: give another one.")
    }
    guard tokens.count <= context else {
      throw PromptError(
        "The prompt has \(tokens.count) tokens; this model reads at most \(context): shorten it.")
    }
    return tokens
  }

  private func withFirst(_ ids: [Int], _ first: FirstToken) -> [Int] {
    let leads = ids.first.map { tokenizer.isSpecial($0) } ?? false
    switch first {
    case .none: return ids
    case .id(let token): return [token] + ids
    case _ where leads: return ids
    case .circuitTracer:
      // circuit-tracer takes the first of these that is there, and by an oversight passes over id 0.
      let first = [tokenizer.bosID, tokenizer.padID, tokenizer.eosID].compactMap { $0 }.first { $0 != 0 }
      return (first.map { [$0] } ?? []) + ids
    case .automatic:
      if case .token(let token) = rule { return [token] + ids }
      return (tokenizer.addsBOS ? tokenizer.bosID.map { [$0] } ?? [] : []) + ids
    }
  }
}
