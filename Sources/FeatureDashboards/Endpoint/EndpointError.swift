/// Why a chat endpoint does not help.
public enum EndpointError: Error, Equatable, CustomStringConvertible {
  /// The address is none.
  case badAddress(String)
  /// The endpoint refuses, and asking again would not change it.
  case refused(status: Int, message: String)
  /// Nothing usable came in several tries.
  case unreachable(reason: String, tries: Int)
  /// The endpoint wants a longer pause than is waited for.
  case rateLimited(seconds: Int)
  /// The answer is none of a chat.
  case unusable(reason: String, tries: Int)
  /// The caller stopped.
  case cancelled

  /// One sentence: what is wrong and what to do.
  public var description: String {
    switch self {
    case .badAddress(let text):
      "'\(text)' is no web address of an endpoint: write it such as http://127.0.0.1:8080/v1."
    case .refused(let status, let message): EndpointError.refusal(status, message)
    case .unreachable(let reason, let tries):
      "The endpoint does not answer (\(reason), \(tries) tries): check that it runs, then run the command again; it goes on where it stopped."
    case .rateLimited(let seconds):
      "The endpoint asks to wait \(seconds) seconds: run the command again later; it goes on where it stopped."
    case .unusable(let reason, let tries):
      "The endpoint's answers are no chat completions (\(reason), \(tries) tries): check that the address is of an OpenAI-compatible server."
    case .cancelled: "Stopped; run the command again to go on."
    }
  }

  private static func refusal(_ status: Int, _ message: String) -> String {
    let said = message.isEmpty ? "" : " and says ‘\(message)’"
    let advice =
      switch status {
      case 401, 403: "check the key in the variable that --api-key-env names"
      case 404: "check the address and the model's name"
      case 300..<400: "give the address that it redirects to"
      default: "check the model's name and what the server accepts"
      }
    return "The endpoint refuses with HTTP status \(status)\(said): \(advice)."
  }

  /// Whether the whole work must stop, and not only this request.
  var endsWork: Bool {
    if case .unusable = self { false } else { true }
  }
}
