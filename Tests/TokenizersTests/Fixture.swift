import Foundation
import Testing

/// Reads the files beside these tests.
enum Fixture {
  static func data(_ name: String) throws -> Data {
    let folder = try #require(Bundle.module.resourceURL)
    return try Data(contentsOf: folder.appendingPathComponent("Fixtures").appendingPathComponent(name))
  }

  static func object(_ name: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: data(name)) as? [String: Any])
  }

  static func decode<Value: Decodable>(_ type: Value.Type, from name: String) throws -> Value {
    try JSONDecoder().decode(type, from: data(name))
  }
}

/// Whether two strings have the same code points; `==` takes composed and decomposed characters for equal.
func sameCodePoints(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }
