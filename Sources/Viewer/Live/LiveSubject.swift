import CircuitGraphs
import GraphFiles

/// What a model reads.
public enum LivePrompt: Sendable, Equatable {
  /// Plain text.
  case text(String)
  /// A conversation, put into the model's chat template.
  case chat([Message])
  /// Token ids as they are.
  case tokens([Int])

  /// One turn of a conversation.
  public struct Message: Codable, Sendable, Equatable {
    /// Who says it: `system`, `user` or `assistant`.
    public var role: String
    /// What is said.
    public var content: String

    /// Says something.
    public init(role: String, content: String) {
      self.role = role
      self.content = content
    }
  }
}

/// A prompt, and through what it is looked at.
public struct LiveSubject: Sendable, Equatable {
  /// The prompt.
  public var prompt: LivePrompt
  /// The model's id; nil for the default.
  public var model: String?
  /// The transcoders' id, or `neurons`; nil for the model's own.
  public var transcoders: String?

  /// Names a subject.
  public init(_ prompt: LivePrompt, model: String? = nil, transcoders: String? = nil) {
    self.prompt = prompt
    self.model = model
    self.transcoders = transcoders
  }
}

/// A token named by its id or by its text.
public enum LiveToken: Sendable, Equatable, Decodable {
  case id(Int)
  case text(String)

  /// Reads a number or a text.
  public init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    do {
      self = .id(try value.decode(Int.self))
    } catch DecodingError.typeMismatch {
      self = .text(try value.decode(String.self))
    }
  }
}

/// How a prompt stands in a body.
struct PromptBody: Decodable {
  var text: String?
  var chat: Bool?
  var messages: [LivePrompt.Message]?
  var tokens: [Int]?
  var graph: String?
  var model: String?
  var transcoders: String?

  /// The most bytes of a text, turns of a conversation, and tokens.
  static let limits = (bytes: 262_144, turns: 200, tokens: 100_000)

  /// The subject; the model and features of a graph are its own unless others are named.
  func subject(_ graphs: GraphDirectory) throws(APIError) -> LiveSubject {
    let given = [text != nil, messages != nil, tokens != nil, graph != nil].count { $0 }
    guard given == 1 else {
      throw APIError(.badRequest, "Give one prompt: 'text', 'messages', 'tokens' or 'graph'.")
    }
    if let graph {
      var subject = try graphs.graph(graph).subject()
      subject.model = model ?? subject.model
      subject.transcoders = transcoders ?? subject.transcoders
      return subject
    }
    return LiveSubject(try prompt(), model: model, transcoders: transcoders)
  }

  private func prompt() throws(APIError) -> LivePrompt {
    if let tokens {
      guard !tokens.isEmpty, tokens.count <= PromptBody.limits.tokens else {
        throw APIError(.badRequest, "tokens holds 1 to \(PromptBody.limits.tokens) token ids.")
      }
      return .tokens(tokens)
    }
    let turns = messages ?? [.init(role: "user", content: text ?? "")]
    guard !turns.isEmpty, turns.count <= PromptBody.limits.turns else {
      throw APIError(.badRequest, "messages holds 1 to \(PromptBody.limits.turns) messages.")
    }
    for turn in turns { try PromptBody.check(turn.content) }
    guard messages == nil else { return .chat(turns) }
    return chat == true ? .chat(turns) : .text(text ?? "")
  }

  private static func check(_ text: String) throws(APIError) {
    guard !text.isEmpty else {
      throw APIError(.badRequest, "The prompt is empty: give at least one character.")
    }
    guard text.utf8.count <= limits.bytes else {
      throw APIError(.badRequest, "The prompt has more than \(limits.bytes) bytes: shorten it.")
    }
    guard !text.utf8.contains(0) else {
      throw APIError(.badRequest, "The prompt holds a NUL byte, which no tokenizer reads: remove it.")
    }
  }
}

extension LoadedGraph {
  /// The prompt of the graph, and through what it was traced.
  func subject() throws(APIError) -> LiveSubject {
    let count = file.metadata.promptTokens.count
    var tokens = condensed?.graph.tokens ?? []
    if tokens.isEmpty {
      var found: [Int: Int] = [:]
      for node in file.nodes where node.kind == .token {
        let parts = node.id.split(separator: "_")
        if parts.count == 3, parts[0] == "E", let token = Int(parts[1]) { found[node.position] = token }
      }
      tokens = (0..<count).compactMap { found[$0] }
    }
    guard !tokens.isEmpty, tokens.count == count else {
      throw APIError(
        .cannotRun, "The graph's file does not name all tokens of its prompt: trace the prompt again.")
    }
    let facts = file.metadata.facts
    let scan = file.metadata.transcoderSetID
    return LiveSubject(
      .tokens(tokens), model: facts["model"]?.text,
      transcoders: facts["transcoders"]?.text ?? (scan.isEmpty ? nil : scan))
  }
}
