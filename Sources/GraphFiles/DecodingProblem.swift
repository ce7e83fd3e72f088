/// What is wrong with JSON, and where: `nodes[3].ctx_idx is missing`.
public struct DecodingProblem: CustomStringConvertible, Sendable {
  /// The clause.
  public let description: String

  /// Says which part of the JSON is wrong, and how.
  public init(_ error: DecodingError) {
    description =
      switch error {
      case .keyNotFound(let key, let context):
        "\(DecodingProblem.place(context.codingPath + [key])) is missing"
      case .valueNotFound(_, let context): "\(DecodingProblem.place(context.codingPath)) is null"
      case .typeMismatch(let type, let context):
        "\(DecodingProblem.place(context.codingPath)) is not of type \(type)"
      case .dataCorrupted(let context) where context.codingPath.isEmpty: "it is not valid JSON"
      case .dataCorrupted(let context): "\(DecodingProblem.place(context.codingPath)) is not valid"
      @unknown default: "it is not valid JSON"
      }
  }

  /// Spells a path such as `nodes[3].ctx_idx`.
  private static func place(_ path: [any CodingKey]) -> String {
    let place = path.reduce("") { text, key in
      if let index = key.intValue { return text + "[\(index)]" }
      return text.isEmpty ? key.stringValue : text + "." + key.stringValue
    }
    return place.isEmpty ? "the whole" : place
  }
}
