/// Reads the statements of a template.
struct TemplateParser {
  private let tokens: [TemplateToken]
  private var index = 0
  /// How many statements and expressions the current one lies in.
  private var depth = 0
  private var macros: [TemplateMacro] = []

  /// Prepares to read a template's words.
  init(tokens: [TemplateToken]) { self.tokens = tokens }

  /// The whole template.
  mutating func parse() throws(TokenizerError) -> TemplateProgram {
    let body = try parseBody(until: [])
    return TemplateProgram(body: body, macros: macros)
  }

  // MARK: Words

  /// The next word.
  var current: TemplateToken { tokens[min(index, tokens.count - 1)] }

  /// The word after the next.
  var following: TemplateToken { tokens[min(index + 1, tokens.count - 1)] }

  /// Goes to the next word.
  mutating func advance() { index += 1 }

  /// Passes over a symbol if it comes next.
  mutating func take(_ symbol: String) -> Bool {
    guard current.kind == .symbol(symbol) else { return false }
    index += 1
    return true
  }

  /// Passes over a keyword if it comes next.
  mutating func takeName(_ name: String) -> Bool {
    guard current.kind == .name(name) else { return false }
    index += 1
    return true
  }

  /// Passes over a word that must come next.
  mutating func expect(_ kind: TemplateToken.Kind, _ description: String) throws(TokenizerError) {
    guard current.kind == kind else { throw failure("expected \(description)") }
    index += 1
  }

  /// Passes over a name that must come next.
  mutating func expectName() throws(TokenizerError) -> String {
    guard case .name(let name) = current.kind else { throw failure("expected a name") }
    index += 1
    return name
  }

  /// The error for the next word.
  func failure(_ reason: String) -> TokenizerError { .templateSyntax(line: current.line, reason: reason) }

  /// Reads something inside something else.
  mutating func nested<Result>(
    _ body: (inout TemplateParser) throws(TokenizerError) -> Result
  ) throws(TokenizerError) -> Result {
    let outer = depth
    try deepen()
    let result = try body(&self)
    depth = outer
    return result
  }

  /// Notes that what is read is one level deeper than before.
  ///
  /// Operators in a row are levels too, because the result of each is inside the next. The limit keeps every
  /// walk over the template within a thread's stack.
  mutating func deepen() throws(TokenizerError) {
    guard depth < 100 else {
      throw failure("more than 100 statements, operators or brackets inside each other")
    }
    depth += 1
  }

  // MARK: Statements

  /// Statements up to a block with one of these names, which is left as the next word; up to the end if there
  /// are none.
  private mutating func parseBody(until names: [String]) throws(TokenizerError) -> [TemplateNode] {
    var nodes: [TemplateNode] = []
    while true {
      let line = current.line
      switch current.kind {
      case .text(let text):
        advance()
        nodes.append(TemplateNode(kind: .text(text), line: line))
      case .outputStart:
        advance()
        nodes.append(TemplateNode(kind: .output(try parseTuple()), line: line))
        try expect(.outputEnd, "`}}`")
      case .blockStart:
        advance()
        let name = try expectName()
        if names.contains(name) { return nodes }
        let kind = try nested { (parser) throws(TokenizerError) in try parser.parseStatement(name) }
        nodes.append(TemplateNode(kind: kind, line: line))
      default:
        guard names.isEmpty else {
          throw failure("expected `{% \(names.joined(separator: " %}` or `{% ")) %}`")
        }
        return nodes
      }
    }
  }

  /// The keyword of the block that a body ended at.
  private var closingName: String {
    guard case .name(let name) = tokens[index - 1].kind else { return "" }
    return name
  }

  private mutating func endBlock() throws(TokenizerError) { try expect(.blockEnd, "`%}`") }

  private mutating func parseStatement(_ name: String) throws(TokenizerError) -> TemplateNode.Kind {
    switch name {
    case "if": return try parseIf()
    case "for": return try parseFor()
    case "set": return try parseSet()
    case "macro": return try parseMacro()
    case "generation":
      try endBlock()
      let body = try parseBody(until: ["endgeneration"])
      try endBlock()
      return .group(body)
    case "break":
      try endBlock()
      return .breakLoop
    case "continue":
      try endBlock()
      return .continueLoop
    default: throw failure("the block `\(name)` is not supported here")
    }
  }

  private mutating func parseIf() throws(TokenizerError) -> TemplateNode.Kind {
    var branches: [(condition: TemplateExpression?, body: [TemplateNode])] = []
    var condition: TemplateExpression? = try parseTuple()
    while true {
      try endBlock()
      let body = try parseBody(until: condition == nil ? ["endif"] : ["elif", "else", "endif"])
      branches.append((condition, body))
      if closingName == "endif" { break }
      condition = closingName == "elif" ? try parseTuple() : nil
    }
    try endBlock()
    return .choose(branches)
  }

  private mutating func parseFor() throws(TokenizerError) -> TemplateNode.Kind {
    let names = try parseNames()
    guard takeName("in") else { throw failure("expected `in`") }
    let items = try parseTuple(allowingCondition: false)
    let condition = takeName("if") ? try parseExpression() : nil
    if current.kind == .name("recursive") { throw failure("recursive loops are not supported") }
    try endBlock()
    let body = try parseBody(until: ["else", "endfor"])
    var otherwise: [TemplateNode] = []
    if closingName == "else" {
      try endBlock()
      otherwise = try parseBody(until: ["endfor"])
    }
    try endBlock()
    return .loop(
      TemplateLoop(names: names, items: items, condition: condition, body: body, otherwise: otherwise))
  }

  private mutating func parseNames() throws(TokenizerError) -> [String] {
    let isBracketed = take("(")
    var names = [try expectName()]
    while take(",") { names.append(try expectName()) }
    if isBracketed { try expect(.symbol(")"), "`)`") }
    return names
  }

  private mutating func parseSet() throws(TokenizerError) -> TemplateNode.Kind {
    if following.kind == .symbol(".") {
      let name = try expectName()
      advance()
      let target = TemplateTarget.member(of: name, try expectName())
      try expect(.symbol("="), "`=`")
      let value = try parseTuple()
      try endBlock()
      return .assign(target, value)
    }
    let names = try parseNames()
    if take("=") {
      let value = try parseTuple()
      try endBlock()
      return .assign(names.count == 1 ? .name(names[0]) : .names(names), value)
    }
    let filtered = try parseFilters(of: .name(names[0]))
    try endBlock()
    let body = try parseBody(until: ["endset"])
    try endBlock()
    return .capture(names[0], body, filtered: filtered)
  }

  private mutating func parseMacro() throws(TokenizerError) -> TemplateNode.Kind {
    let name = try expectName()
    try expect(.symbol("("), "`(`")
    var parameters: [(name: String, value: TemplateExpression?)] = []
    while !take(")") {
      let parameter = try expectName()
      parameters.append((parameter, take("=") ? try parseExpression() : nil))
      if !take(","), current.kind != .symbol(")") { throw failure("expected `,` or `)`") }
    }
    try endBlock()
    let body = try parseBody(until: ["endmacro"])
    try endBlock()
    macros.append(TemplateMacro(parameters: parameters, body: body))
    return .define(name, macros.count - 1)
  }
}
