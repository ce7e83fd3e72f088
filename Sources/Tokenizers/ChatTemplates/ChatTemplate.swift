/// A model's chat template: renders a conversation as the text that the model was tuned on.
///
/// Templates are Jinja. This is the part of Jinja that the templates of open models use, rendered as Hugging
/// Face's transformers configures it (`trim_blocks`, `lstrip_blocks`, loop controls, a `tojson` that keeps
/// Unicode).
public struct ChatTemplate: Sendable {
  private let program: TemplateProgram

  /// Reads a template.
  ///
  /// - Throws: `templateSyntax` with the line, for what is not Jinja or not supported.
  public init(_ source: String) throws(TokenizerError) {
    var parser = TemplateParser(tokens: try TemplateLexer.tokens(of: source))
    program = try parser.parse()
  }

  /// Renders a conversation.
  ///
  /// - Parameters:
  ///   - messages: The turns, oldest first.
  ///   - addGenerationPrompt: Whether the text ends with the beginning of the assistant's next turn.
  ///   - bosToken: The text of the beginning-of-text token; empty if the model has none.
  ///   - eosToken: The text of the end-of-text token; empty if the model has none.
  ///   - variables: Further variables, such as `enable_thinking`, `tools` or `date_string`; `tools` and
  ///     `documents` are none unless given. There is no clock: templates that ask for the date use their own
  ///     default.
  /// - Returns: The text; encode it with `parsingSpecialTokens: true`, and add no further BOS if it begins
  ///   with one.
  /// - Throws: `templateRaised` if the template refuses the conversation, `templateFailed` for anything else,
  ///   also when rendering takes too much time or space.
  public func render(
    messages: [ChatMessage], addGenerationPrompt: Bool, bosToken: String, eosToken: String,
    variables: [String: TemplateValue] = [:]
  ) throws(TokenizerError) -> String {
    var names: [String: TemplateValue] = [
      "messages": .list(messages.map(\.value)), "add_generation_prompt": .bool(addGenerationPrompt),
      "bos_token": .string(bosToken), "eos_token": .string(eosToken), "tools": .none, "documents": .none,
    ]
    names.merge(variables) { $1 }
    var interpreter = TemplateInterpreter(program: program, variables: names)
    return try interpreter.run()
  }
}

/// One turn of a conversation.
public struct ChatMessage: Sendable, Equatable {
  /// Who speaks: `system`, `user`, `assistant`, `tool`.
  public var role: String
  /// What is said.
  public var content: String

  /// Makes a turn.
  public init(role: String, content: String) {
    self.role = role
    self.content = content
  }

  /// The turn as templates see it.
  var value: TemplateValue {
    .mapping(TemplateMapping([("role", .string(role)), ("content", .string(content))]))
  }
}
