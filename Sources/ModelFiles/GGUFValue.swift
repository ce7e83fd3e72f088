/// One value of a GGUF file's metadata.
public enum GGUFValue: Equatable, Sendable {
  /// A whole number of any width.
  case integer(Int)
  /// A number of single or double precision.
  case float(Double)
  /// True or false.
  case bool(Bool)
  /// Text.
  case string(String)
  /// An array of whole numbers of any width.
  case integers([Int])
  /// An array of numbers of single or double precision.
  case floats([Double])
  /// An array of true and false.
  case bools([Bool])
  /// An array of texts.
  case strings([String])
  /// An array of arrays.
  case arrays([GGUFValue])

  /// What the value is, in words.
  var kind: String {
    switch self {
    case .integer: "a whole number"
    case .float: "a float"
    case .bool: "a boolean"
    case .string: "a string"
    case .integers: "an array of whole numbers"
    case .floats: "an array of floats"
    case .bools: "an array of booleans"
    case .strings: "an array of strings"
    case .arrays: "an array of arrays"
    }
  }
}
