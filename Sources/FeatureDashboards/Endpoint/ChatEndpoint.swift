public import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// A chat model behind an OpenAI-compatible address: llama.cpp, Ollama, vLLM, or a provider.
public struct ChatEndpoint: Sendable {
  /// Where completions are asked for.
  public let url: URL
  /// The model's name, as the server knows it.
  public let model: String
  private let key: String?

  /// Names an endpoint.
  ///
  /// - Parameters:
  ///   - address: The server's address, its `/v1`, or the whole path of `chat/completions`.
  ///   - key: Sent as a bearer token, to this address only.
  public init(address: String, model: String, key: String? = nil) throws(EndpointError) {
    let trimmed = address.last == "/" ? String(address.dropLast()) : address
    guard let given = URL(string: trimmed), ["http", "https"].contains(given.scheme),
      given.host?.isEmpty == false,
      given.query == nil, given.fragment == nil
    else { throw .badAddress(address) }
    guard key?.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) ?? true else {
      throw .refused(status: 401, message: "the key holds characters that no key has")
    }
    let path =
      trimmed.hasSuffix("/chat/completions")
      ? "" : given.path.isEmpty ? "/v1/chat/completions" : "/chat/completions"
    guard let url = URL(string: trimmed + path) else { throw .badAddress(address) }
    self.url = url
    self.model = model
    self.key = key
  }

  /// The request for one completion.
  func request(_ messages: [EndpointMessage], maxTokens: Int) throws -> URLRequest {
    var request = URLRequest(url: url, cachePolicy: .reloadIgnoringLocalCacheData)
    request.httpMethod = "POST"
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    request.setValue("microscope", forHTTPHeaderField: "User-Agent")
    if let key { request.setValue("Bearer \(key)", forHTTPHeaderField: "Authorization") }
    let body = Request(model: model, messages: messages, temperature: 0, maxTokens: maxTokens)
    request.httpBody = try JSONEncoder().encode(body)
    return request
  }

  private struct Request: Encodable {
    var model: String
    var messages: [EndpointMessage]
    var temperature: Double
    var maxTokens: Int

    enum CodingKeys: String, CodingKey {
      case model, messages, temperature
      case maxTokens = "max_tokens"
    }
  }
}

/// What an endpoint answers.
struct ChatCompletion: Decodable {
  /// The text of the first choice.
  let text: String
  /// Tokens read and written, where the endpoint tells.
  let usage: (input: Int, output: Int)?

  /// Reads an answer; nil for anything that is none.
  static func read(_ body: Data) -> ChatCompletion? {
    try? JSONDecoder().decode(ChatCompletion.self, from: body)
  }

  /// What went wrong, as an endpoint's error object or plain text says; short, on one line.
  static func problem(_ body: Data) -> String {
    let told = try? JSONDecoder().decode(Problem.self, from: body)
    let text = told?.error.message ?? String(decoding: body.prefix(400), as: UTF8.self)
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.hasPrefix("<") ? "a web page" : String(words.prefix(160))
  }

  init(from decoder: any Decoder) throws {
    let whole = try Whole(from: decoder)
    guard let text = whole.choices.first?.message.content else {
      throw DecodingError.valueNotFound(
        String.self, .init(codingPath: decoder.codingPath, debugDescription: "no text"))
    }
    self.text = text
    usage = whole.usage.flatMap { usage in
      guard let input = usage.input, let output = usage.output, (0...1 << 40).contains(input),
        (0...1 << 40).contains(output)
      else { return nil }
      return (input, output)
    }
  }

  private struct Whole: Decodable {
    struct Choice: Decodable {
      struct Message: Decodable { var content: String? }
      var message: Message
    }

    struct Usage: Decodable {
      var input: Int?
      var output: Int?

      enum CodingKeys: String, CodingKey {
        case input = "prompt_tokens"
        case output = "completion_tokens"
      }
    }

    var choices: [Choice]
    var usage: Usage?
  }

  private struct Problem: Decodable {
    struct Told: Decodable { var message: String }
    var error: Told
  }
}
