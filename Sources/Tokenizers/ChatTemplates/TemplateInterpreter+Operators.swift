/// Arithmetic, comparison and iteration.
extension TemplateInterpreter {
  /// `left symbol right`.
  mutating func arithmetic(
    _ symbol: String, _ left: TemplateValue, _ right: TemplateValue
  ) throws(TokenizerError) -> TemplateValue {
    switch (symbol, left, right) {
    case ("+", .string(let first), .string(let second)):
      try spend(first.utf8.count + second.utf8.count)
      return .string(first + second)
    case ("+", .list(let first), .list(let second)):
      try spend(8 * (first.count + second.count))
      return .list(first + second)
    case ("*", .string(let text), .integer(let count)), ("*", .integer(let count), .string(let text)):
      let (size, overflows) = text.utf8.count.multipliedReportingOverflow(by: max(count, 0))
      try spend(overflows ? .max : size)
      return .string(String(repeating: text, count: max(count, 0)))
    default: break
    }
    if symbol != "/", let first = left.integerValue, let second = right.integerValue {
      return .integer(try integerArithmetic(symbol, first, second))
    }
    guard let first = left.doubleValue, let second = right.doubleValue else {
      throw failure("\(left.typeName) \(symbol) \(right.typeName) has no meaning")
    }
    return .double(try doubleArithmetic(symbol, first, second))
  }

  private func integerArithmetic(_ symbol: String, _ left: Int, _ right: Int) throws(TokenizerError) -> Int {
    let result: (partialValue: Int, overflow: Bool)
    switch symbol {
    case "+": result = left.addingReportingOverflow(right)
    case "-": result = left.subtractingReportingOverflow(right)
    case "*": result = left.multipliedReportingOverflow(by: right)
    case "**": result = Self.power(left, right)
    default:
      // Python rounds the quotient down, and the remainder has the divisor's sign.
      guard right != 0 else { throw failure("division by zero") }
      let (quotient, overflow) = left.dividedReportingOverflow(by: right)
      guard !overflow else { throw failure("a number is too large") }
      let remainder = left % right
      let isBelow = remainder != 0 && (remainder < 0) != (right < 0)
      return symbol == "//" ? quotient - (isBelow ? 1 : 0) : remainder + (isBelow ? right : 0)
    }
    guard !result.overflow else { throw failure("a number is too large") }
    return result.partialValue
  }

  private static func power(_ base: Int, _ exponent: Int) -> (partialValue: Int, overflow: Bool) {
    guard exponent >= 0, exponent < 64 else { return (0, true) }
    var result = 1
    for _ in 0..<exponent {
      let (next, overflow) = result.multipliedReportingOverflow(by: base)
      if overflow { return (0, true) }
      result = next
    }
    return (result, false)
  }

  private func doubleArithmetic(_ symbol: String, _ left: Double, _ right: Double) throws(TokenizerError)
    -> Double
  {
    switch symbol {
    case "+": return left + right
    case "-": return left - right
    case "*": return left * right
    default: break
    }
    guard symbol != "**" else { throw failure("`**` of floating-point numbers is not supported") }
    guard right != 0 else { throw failure("division by zero") }
    switch symbol {
    case "/": return left / right
    case "//": return (left / right).rounded(.down)
    default: return left - right * (left / right).rounded(.down)
    }
  }

  /// `a < b <= c`: every neighbouring pair must hold.
  mutating func compare(
    _ first: TemplateExpression, _ rest: [(operation: String, operand: TemplateExpression)]
  ) throws(TokenizerError) -> Bool {
    var left = try evaluate(first)
    for (operation, operand) in rest {
      let right = try evaluate(operand)
      guard try holds(operation, left, right) else { return false }
      left = right
    }
    return true
  }

  /// Whether one comparison holds.
  mutating func holds(
    _ operation: String, _ left: TemplateValue, _ right: TemplateValue
  ) throws(TokenizerError) -> Bool {
    switch operation {
    case "==": return try equal(left, right)
    case "!=": return try !equal(left, right)
    case "in": return try contains(right, left)
    case "not in": return try !contains(right, left)
    default: break
    }
    if case .string(let first) = left, case .string(let second) = right {
      try spend(min(first.utf8.count, second.utf8.count))
      // UTF-8 sorts as code points do.
      let isLess = first.utf8.lexicographicallyPrecedes(second.utf8)
      let isGreater = second.utf8.lexicographicallyPrecedes(first.utf8)
      return operation == "<"
        ? isLess : operation == ">" ? isGreater : operation == "<=" ? !isGreater : !isLess
    }
    guard let first = left.doubleValue, let second = right.doubleValue else {
      throw failure("\(left.typeName) \(operation) \(right.typeName) has no meaning")
    }
    return operation == "<"
      ? first < second
      : operation == ">" ? first > second : operation == "<=" ? first <= second : first >= second
  }

  /// `left == right`.
  mutating func equal(_ left: TemplateValue, _ right: TemplateValue) throws(TokenizerError) -> Bool {
    try spend(8)
    switch (left, right) {
    case (.none, .none), (.undefined, .undefined): return true
    case (.string(let first), .string(let second)):
      try spend(min(first.utf8.count, second.utf8.count))
      return PythonText.equals(first, second)
    case (.list(let first), .list(let second)):
      guard first.count == second.count else { return false }
      for (one, other) in zip(first, second) where try !equal(one, other) { return false }
      return true
    case (.mapping(let first), .mapping(let second)):
      guard first.keys.count == second.keys.count else { return false }
      for key in first.keys {
        guard let one = first[key], let other = second[key], try equal(one, other) else { return false }
      }
      return true
    default:
      if let first = left.integerValue, let second = right.integerValue { return first == second }
      guard let first = left.doubleValue, let second = right.doubleValue else { return false }
      return first == second
    }
  }

  /// `item in container`.
  private mutating func contains(_ container: TemplateValue, _ item: TemplateValue) throws(TokenizerError)
    -> Bool
  {
    switch container {
    case .string(let text):
      guard case .string(let part) = item else { throw failure("\(item.typeName) cannot be in a string") }
      try spend(text.utf8.count)
      return part.isEmpty || !PythonText.occurrences(of: part, in: text, atMost: 1).isEmpty
    case .mapping(let mapping):
      guard case .string(let key) = item else { return false }
      return mapping[key] != nil
    default:
      for candidate in try items(of: container) where try equal(candidate, item) { return true }
      return false
    }
  }

  /// The items that a loop over a value goes through.
  mutating func items(of value: TemplateValue) throws(TokenizerError) -> [TemplateValue] {
    switch value {
    case .undefined: return []
    case .list(let items): return items
    case .mapping(let mapping): return mapping.keys.map(TemplateValue.string)
    case .string(let text):
      try spend(64 * text.utf8.count)
      return text.unicodeScalars.map { .string(String($0)) }
    default: throw failure("\(value.typeName) cannot be looped over")
    }
  }
}
