/// A value in a chat template, with Python's meaning.
public enum TemplateValue: Sendable {
  /// A name or member that does not exist; `name` is for messages.
  case undefined(name: String)
  /// None.
  case none
  /// True or False.
  case bool(Bool)
  /// A whole number.
  case integer(Int)
  /// A floating-point number.
  case double(Double)
  /// A text.
  case string(String)
  /// A list or tuple.
  case list([TemplateValue])
  /// A dictionary.
  case mapping(TemplateMapping)
  /// Something that only exists while a template runs.
  case object(TemplateObject)

  /// Whether Python takes the value for true.
  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .bool(let flag): flag
    case .integer(let number): number != 0
    case .double(let number): number != 0
    case .string(let text): !text.isEmpty
    case .list(let items): !items.isEmpty
    case .mapping(let mapping): !mapping.keys.isEmpty
    case .object: true
    }
  }

  /// The value as a whole number, if it is one; true is 1.
  var integerValue: Int? {
    switch self {
    case .bool(let flag): flag ? 1 : 0
    case .integer(let number): number
    default: nil
    }
  }

  /// The value as a number, if it is one.
  var doubleValue: Double? {
    if case .double(let number) = self { return number }
    return integerValue.map(Double.init)
  }

  /// What Python calls the value's type.
  var typeName: String {
    switch self {
    case .undefined(let name): "undefined `\(name)`"
    case .none: "None"
    case .bool: "bool"
    case .integer: "int"
    case .double: "float"
    case .string: "str"
    case .list: "list"
    case .mapping: "dict"
    case .object: "object"
    }
  }
}

/// A dictionary that keeps the order of its keys.
public struct TemplateMapping: Sendable {
  /// The keys, in order of insertion.
  public private(set) var keys: [String] = []
  private var values: [String: TemplateValue] = [:]

  /// Makes a dictionary; the last of equal keys gives the value.
  public init(_ members: [(String, TemplateValue)]) {
    for (key, value) in members { self[key] = value }
  }

  /// The value of a key, or nil.
  public subscript(key: String) -> TemplateValue? {
    get { values[key] }
    set {
      if values.updateValue(newValue ?? .none, forKey: key) == nil { keys.append(key) }
    }
  }
}

/// A value that only exists while a template runs: a loop's state, a namespace, something that can be called.
public struct TemplateObject: Sendable {
  /// What it is.
  enum Kind: Sendable {
    /// The state of a `for` loop.
    indirect case loop(LoopState)
    /// A `namespace()`, by its index in the interpreter.
    case namespace(Int)
    /// A macro, by its index in the program.
    case macro(Int)
    /// A function that every template has.
    case function(String)
  }

  /// The state of a `for` loop.
  struct LoopState: Sendable {
    /// The current turn, from 0.
    var index: Int
    /// The number of turns.
    var count: Int
    /// The item before, if there is one.
    var previous: TemplateValue?
    /// The item after, if there is one.
    var next: TemplateValue?

    /// A member such as `first`, or nil.
    func member(_ name: String) -> TemplateValue? {
      switch name {
      case "index": .integer(index + 1)
      case "index0": .integer(index)
      case "revindex": .integer(count - index)
      case "revindex0": .integer(count - index - 1)
      case "first": .bool(index == 0)
      case "last": .bool(index == count - 1)
      case "length": .integer(count)
      case "previtem": previous
      case "nextitem": next
      default: nil
      }
    }
  }

  /// What it is.
  let kind: Kind
}
