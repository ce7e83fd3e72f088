/// A key of any spelling.
struct AnyKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension Decoder {
  /// Returns the values of all keys that `Known` does not name.
  func otherValues<Known: CodingKey & CaseIterable>(than known: Known.Type) throws -> [String: JSONValue] {
    let container = try container(keyedBy: AnyKey.self)
    var result: [String: JSONValue] = [:]
    for key in container.allKeys where Known(stringValue: key.stringValue) == nil {
      result[key.stringValue] = try container.decode(JSONValue.self, forKey: key)
    }
    return result
  }
}

extension Encoder {
  /// Writes values beside those that the known keys hold.
  func encodeOthers(_ values: [String: JSONValue]) throws {
    guard !values.isEmpty else { return }
    var container = container(keyedBy: AnyKey.self)
    for (key, value) in values { try container.encode(value, forKey: AnyKey(stringValue: key)) }
  }
}

extension KeyedDecodingContainer {
  /// Reads a number in single precision; one that is too large becomes infinite, one too small zero.
  func float(forKey key: Key) throws -> Float { Float(try decode(Double.self, forKey: key)) }

  /// Reads a number in single precision, `nil` where it is missing or null.
  func floatIfPresent(forKey key: Key) throws -> Float? {
    try decodeIfPresent(Double.self, forKey: key).map { Float($0) }
  }
}
