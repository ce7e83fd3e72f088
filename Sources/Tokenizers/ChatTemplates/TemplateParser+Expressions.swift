/// Expressions, from the loosest binding operator to the tightest.
extension TemplateParser {
  /// One expression, or several with commas between them, which are a list.
  mutating func parseTuple(allowingCondition: Bool = true) throws(TokenizerError) -> TemplateExpression {
    var items = [allowingCondition ? try parseExpression() : try parseOr()]
    guard current.kind == .symbol(",") else { return items[0] }
    while take(",") {
      if [.blockEnd, .outputEnd, .symbol(")")].contains(current.kind) { break }
      items.append(allowingCondition ? try parseExpression() : try parseOr())
    }
    return .list(items)
  }

  /// `a if b else c` and what binds tighter.
  mutating func parseExpression() throws(TokenizerError) -> TemplateExpression {
    try nested { (parser) throws(TokenizerError) in
      var value = try parser.parseOr()
      while parser.takeName("if") {
        try parser.deepen()
        let condition = try parser.parseOr()
        let otherwise = parser.takeName("else") ? try parser.parseExpression() : nil
        value = .conditional(value, condition: condition, otherwise: otherwise)
      }
      return value
    }
  }

  private mutating func parseOr() throws(TokenizerError) -> TemplateExpression {
    var left = try parseAnd()
    while takeName("or") {
      try deepen()
      left = .or(left, try parseAnd())
    }
    return left
  }

  private mutating func parseAnd() throws(TokenizerError) -> TemplateExpression {
    var left = try parseNot()
    while takeName("and") {
      try deepen()
      left = .and(left, try parseNot())
    }
    return left
  }

  private mutating func parseNot() throws(TokenizerError) -> TemplateExpression {
    guard takeName("not") else { return try parseComparison() }
    return .not(try nested { (parser) throws(TokenizerError) in try parser.parseNot() })
  }

  private mutating func parseComparison() throws(TokenizerError) -> TemplateExpression {
    let first = try parseSum()
    var rest: [(operation: String, operand: TemplateExpression)] = []
    while let operation = takeComparison() { rest.append((operation, try parseSum())) }
    return rest.isEmpty ? first : .comparison(first, rest)
  }

  private mutating func takeComparison() -> String? {
    switch current.kind {
    case .symbol(let symbol) where ["==", "!=", "<", "<=", ">", ">="].contains(symbol):
      advance()
      return symbol
    case .name("in"):
      advance()
      return "in"
    case .name("not") where following.kind == .name("in"):
      advance()
      advance()
      return "not in"
    default: return nil
    }
  }

  private mutating func parseSum() throws(TokenizerError) -> TemplateExpression {
    var left = try parseConcatenation()
    while let symbol = takeSymbol(["+", "-"]) {
      try deepen()
      left = .arithmetic(symbol, left, try parseConcatenation())
    }
    return left
  }

  private mutating func parseConcatenation() throws(TokenizerError) -> TemplateExpression {
    var parts = [try parseProduct()]
    while take("~") { parts.append(try parseProduct()) }
    return parts.count == 1 ? parts[0] : .concatenation(parts)
  }

  private mutating func parseProduct() throws(TokenizerError) -> TemplateExpression {
    var left = try parsePower()
    while let symbol = takeSymbol(["*", "/", "//", "%"]) {
      try deepen()
      left = .arithmetic(symbol, left, try parsePower())
    }
    return left
  }

  private mutating func parsePower() throws(TokenizerError) -> TemplateExpression {
    var left = try parseUnary()
    while take("**") {
      try deepen()
      left = .arithmetic("**", left, try parseUnary())
    }
    return left
  }

  private mutating func takeSymbol(_ symbols: [String]) -> String? {
    guard case .symbol(let symbol) = current.kind, symbols.contains(symbol) else { return nil }
    advance()
    return symbol
  }

  private mutating func parseUnary(withFilters: Bool = true) throws(TokenizerError) -> TemplateExpression {
    var value: TemplateExpression
    if take("-") {
      value = .negative(
        try nested { (parser) throws(TokenizerError) in try parser.parseUnary(withFilters: false) })
    } else if take("+") {
      value = try nested { (parser) throws(TokenizerError) in try parser.parseUnary(withFilters: false) }
    } else {
      value = try parsePrimary()
    }
    value = try parsePostfix(of: value)
    return withFilters ? try parseFilters(of: value) : value
  }

  private mutating func parsePrimary() throws(TokenizerError) -> TemplateExpression {
    let kind = current.kind
    switch kind {
    case .name(let name):
      advance()
      return Self.constant(named: name).map(TemplateExpression.constant) ?? .name(name)
    case .string(var text):
      advance()
      while case .string(let more) = current.kind {
        text += more
        advance()
      }
      return .constant(.string(text))
    case .integer(let number):
      advance()
      return .constant(.integer(number))
    case .double(let number):
      advance()
      return .constant(.double(number))
    case .symbol(let symbol): return try parseBracketed(symbol)
    default: throw failure("expected a value")
    }
  }

  /// A value in brackets, a list or a dictionary.
  private mutating func parseBracketed(_ opening: String) throws(TokenizerError) -> TemplateExpression {
    guard ["(", "[", "{"].contains(opening) else { throw failure("expected a value") }
    advance()
    if opening == "[" { return .list(try parseItems()) }
    guard opening == "(" else { return .mapping(try parseMembers(until: "}")) }
    if take(")") { return .list([]) }
    let value = try parseTuple()
    try expect(.symbol(")"), "`)`")
    return value
  }

  private static func constant(named name: String) -> TemplateValue? {
    switch name {
    case "true", "True": .bool(true)
    case "false", "False": .bool(false)
    case "none", "None": TemplateValue.none
    default: nil
    }
  }

  private mutating func parseItems() throws(TokenizerError) -> [TemplateExpression] {
    var items: [TemplateExpression] = []
    while !take("]") {
      items.append(try parseExpression())
      if !take(","), current.kind != .symbol("]") { throw failure("expected `,` or `]`") }
    }
    return items
  }

  private mutating func parseMembers(
    until closing: String
  ) throws(TokenizerError) -> [(key: TemplateExpression, value: TemplateExpression)] {
    var members: [(key: TemplateExpression, value: TemplateExpression)] = []
    while !take(closing) {
      let key = try parseExpression()
      try expect(.symbol(":"), "`:`")
      members.append((key, try parseExpression()))
      if !take(","), current.kind != .symbol(closing) { throw failure("expected `,` or `\(closing)`") }
    }
    return members
  }

  /// Members, items and calls.
  private mutating func parsePostfix(of value: TemplateExpression) throws(TokenizerError)
    -> TemplateExpression
  {
    var value = value
    while [.symbol("."), .symbol("["), .symbol("(")].contains(current.kind) {
      try deepen()
      if take(".") {
        value = .member(value, try expectName())
      } else if take("[") {
        value = try parseSubscript(of: value)
      } else if take("(") {
        value = .call(value, try parseArguments())
      }
    }
    return value
  }

  private mutating func parseSubscript(of value: TemplateExpression) throws(TokenizerError)
    -> TemplateExpression
  {
    var bounds: [TemplateExpression?] = [nil]
    while !take("]") {
      if take(":") {
        bounds.append(nil)
      } else {
        bounds[bounds.count - 1] = try parseExpression()
        guard [.symbol(":"), .symbol("]")].contains(current.kind) else {
          throw failure("expected `:` or `]`")
        }
      }
    }
    if bounds.count == 1, let index = bounds[0] { return .item(value, index) }
    guard bounds.count == 2 || bounds.count == 3 else { throw failure("expected an index or a slice") }
    return .slice(value, bounds[0], bounds[1], bounds.count == 3 ? bounds[2] : nil)
  }

  /// Arguments up to and including `)`.
  private mutating func parseArguments() throws(TokenizerError) -> TemplateArguments {
    var arguments = TemplateArguments()
    while !take(")") {
      if case .name(let name) = current.kind, following.kind == .symbol("=") {
        advance()
        advance()
        arguments.named.append((name, try parseExpression()))
      } else {
        arguments.values.append(try parseExpression())
      }
      if !take(","), current.kind != .symbol(")") { throw failure("expected `,` or `)`") }
    }
    return arguments
  }

  /// Filters and tests behind a value.
  mutating func parseFilters(of value: TemplateExpression) throws(TokenizerError) -> TemplateExpression {
    var value = value
    while [.symbol("|"), .symbol("("), .name("is")].contains(current.kind) {
      try deepen()
      if take("|") {
        let name = try expectName()
        value = .filter(value, name, take("(") ? try parseArguments() : TemplateArguments())
      } else if takeName("is") {
        let isNegated = takeName("not")
        let name = try expectName()
        let test = TemplateExpression.test(value, name, try parseTestArguments())
        value = isNegated ? .not(test) : test
      } else if take("(") {
        value = .call(value, try parseArguments())
      }
    }
    return value
  }

  /// A test's arguments, in brackets or as a single value.
  private mutating func parseTestArguments() throws(TokenizerError) -> TemplateArguments {
    if take("(") { return try parseArguments() }
    switch current.kind {
    case .name(let name) where ["else", "or", "and", "is", "if", "in", "not"].contains(name): return .init()
    case .name, .string, .integer, .double, .symbol("["), .symbol("{"):
      return TemplateArguments(values: [try parsePostfix(of: try parsePrimary())])
    default: return .init()
    }
  }
}
