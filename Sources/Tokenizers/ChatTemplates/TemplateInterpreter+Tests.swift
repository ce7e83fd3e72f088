/// Tests: `value is name(arguments)`.
extension TemplateInterpreter {
  /// Whether a test holds.
  mutating func applyTest(
    _ name: String, to value: TemplateValue, _ call: TemplateCall
  ) throws(TokenizerError) -> Bool {
    if let holds = Self.applyTypeTest(name, to: value) { return holds }
    switch name {
    case "odd", "even", "divisibleby":
      guard let number = value.integerValue else { throw failure("\(value.typeName) is not a whole number") }
      let divisor = name == "divisibleby" ? call.argument(0, "num")?.integerValue ?? 0 : 2
      guard divisor != 0, divisor != -1 else { return divisor == -1 }
      return (number % divisor == 0) == (name != "odd")
    default: break
    }
    let operations = [
      "equalto": "==", "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "in": "in",
      "lessthan": "<", "greaterthan": ">",
    ]
    guard let operation = operations[name], let other = call.argument(0, "other") else {
      throw failure("the test `\(name)` is not supported")
    }
    return try holds(operation, value, other)
  }

  /// Whether a test of the value's type holds; nil if the name is none of these.
  private static func applyTypeTest(_ name: String, to value: TemplateValue) -> Bool? {
    switch name {
    case "defined": if case .undefined = value { false } else { true }
    case "undefined": if case .undefined = value { true } else { false }
    case "none": if case .none = value { true } else { false }
    case "string": if case .string = value { true } else { false }
    case "mapping": if case .mapping = value { true } else { false }
    case "boolean": if case .bool = value { true } else { false }
    case "integer": if case .integer = value { true } else { false }
    case "float": if case .double = value { true } else { false }
    case "number": value.doubleValue != nil
    case "true": if case .bool(true) = value { true } else { false }
    case "false": if case .bool(false) = value { true } else { false }
    case "callable": isCallable(value)
    case "iterable", "sequence":
      switch value {
      case .undefined, .string, .list, .mapping: true
      default: false
      }
    default: nil
    }
  }

  private static func isCallable(_ value: TemplateValue) -> Bool {
    guard case .object(let object) = value else { return false }
    switch object.kind {
    case .macro, .function: return true
    case .loop, .namespace: return false
    }
  }
}
