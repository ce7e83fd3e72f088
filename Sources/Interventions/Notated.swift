/// A value with a notation of its own, in which it stands on the command line and in JSON.
public protocol Notated: LosslessStringConvertible, Codable, Sendable {
  /// How such a value is written, for whoever wrote it wrong.
  static var example: String { get }
}

extension Notated {
  /// Reads the notation.
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let value = Self(text) else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "'\(text)' cannot be read: write such as \(Self.example)"))
    }
    self = value
  }

  /// Writes the notation.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
