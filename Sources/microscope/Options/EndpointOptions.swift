import ArgumentParser
import FeatureDashboards
import Foundation

/// Which chat endpoint is asked, how fast, and at what price.
struct EndpointOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "An OpenAI-compatible server, such as http://127.0.0.1:8080/v1 (llama.cpp) or http://127.0.0.1:11434/v1 (Ollama).",
      valueName: "url"))
  var endpoint: String?

  @Option(help: ArgumentHelp("The model to ask for there; kept with what it says.", valueName: "name"))
  var endpointModel: String?

  @Option(
    help: ArgumentHelp("The environment variable that holds the endpoint's key.", valueName: "variable"))
  var apiKeyEnv: String?

  @Option(help: ArgumentHelp("Requests under way at a time.", valueName: "count"))
  var parallel = 4

  @Option(help: ArgumentHelp("The most requests a minute. (default: no limit)", valueName: "count"))
  var perMinute: Int?

  @Option(help: ArgumentHelp("How long one answer may take.", valueName: "seconds"))
  var timeout = 120

  @Option(help: ArgumentHelp("The price of a million tokens that the endpoint reads.", valueName: "price"))
  var priceIn: Double?

  @Option(help: ArgumentHelp("The price of a million tokens that it writes.", valueName: "price"))
  var priceOut: Double?

  @Flag(help: "Do not ask before requests go out.")
  var yes = false

  func validate() throws {
    guard (1...64).contains(parallel) else { throw ValidationError("--parallel takes 1 to 64.") }
    guard (1...86_400).contains(timeout) else { throw ValidationError("--timeout takes 1 to 86400 seconds.") }
    guard perMinute.map((1...100_000).contains) ?? true else {
      throw ValidationError("--per-minute takes 1 to 100000.")
    }
    guard [priceIn, priceOut].allSatisfy({ $0.map { $0 >= 0 && $0.isFinite } ?? true }) else {
      throw ValidationError("A price is a number from 0 on.")
    }
    guard endpoint == nil || endpointModel?.isEmpty == false else {
      throw ValidationError("--endpoint needs the model to ask for: give --endpoint-model.")
    }
  }

  /// The price, when it was given.
  var price: TokenPrice? {
    guard priceIn != nil || priceOut != nil else { return nil }
    return TokenPrice(input: priceIn ?? 0, output: priceOut ?? 0)
  }

  /// The client for the endpoint.
  func client() throws -> ChatClient {
    guard let endpoint, let endpointModel else {
      throw CommandError("Name the chat endpoint with --endpoint and --endpoint-model.")
    }
    let key = try apiKeyEnv.map { variable in
      guard let key = ProcessInfo.processInfo.environment[variable], !key.isEmpty else {
        throw CommandError(
          "The environment variable \(variable) holds no key: set it, or leave out --api-key-env.")
      }
      return key
    }
    return ChatClient(
      try ChatEndpoint(address: endpoint, model: endpointModel, key: key), timeout: .seconds(timeout),
      perMinute: perMinute)
  }
}
