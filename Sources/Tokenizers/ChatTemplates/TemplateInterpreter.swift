/// Runs a template.
///
/// Everything that takes time or space is paid from one budget, so that no template, however it is written,
/// runs without end or fills the memory.
struct TemplateInterpreter {
  /// What a statement tells those around it.
  private enum Outcome {
    case next
    case breakLoop
    case continueLoop
  }

  private let program: TemplateProgram
  /// Names by scope, the innermost last; the first scope is the template's own.
  private var scopes: [[String: TemplateValue]]
  /// The members of each `namespace()`.
  private var namespaces: [TemplateMapping] = []
  private var output = ""
  /// The statement that is being run.
  private(set) var line = 1
  private var budget = 64 << 20
  /// How many bodies and expressions the current one lies in, macros included.
  private var depth = 0

  /// Prepares to run a template with these variables.
  init(program: TemplateProgram, variables: [String: TemplateValue]) {
    self.program = program
    scopes = [variables]
  }

  /// What the template writes.
  mutating func run() throws(TokenizerError) -> String {
    _ = try run(program.body)
    return output
  }

  /// The error for what is being run.
  func failure(_ reason: String) -> TokenizerError { .templateFailed(line: line, reason: reason) }

  /// Pays for work or space, about one unit a byte.
  mutating func spend(_ cost: Int) throws(TokenizerError) {
    budget -= cost
    guard budget >= 0 else { throw failure("rendering takes more work than any conversation needs") }
  }

  /// Goes into a body or an expression; what lies too deep is refused, so that it stays within a thread's stack.
  mutating func enter() throws(TokenizerError) {
    try spend(8)
    depth += 1
    guard depth < 200 else { throw failure("macros or expressions are nested too deeply") }
  }

  /// Comes back from a body or an expression.
  mutating func leave() { depth -= 1 }

  // MARK: Names

  /// The value of a name.
  func value(ofName name: String) -> TemplateValue {
    for scope in scopes.reversed() {
      if let value = scope[name] { return value }
    }
    if ["range", "namespace", "raise_exception", "dict"].contains(name) {
      return .object(TemplateObject(kind: .function(name)))
    }
    return .undefined(name: name)
  }

  private mutating func set(_ name: String, to value: TemplateValue) {
    scopes[scopes.count - 1][name] = value
  }

  /// A new namespace with these members.
  mutating func makeNamespace(_ members: TemplateMapping) throws(TokenizerError) -> TemplateValue {
    try spend(1024)
    namespaces.append(members)
    return .object(TemplateObject(kind: .namespace(namespaces.count - 1)))
  }

  /// The members of a namespace.
  func namespace(_ index: Int) -> TemplateMapping { namespaces[index] }

  private mutating func assign(_ value: TemplateValue, to target: TemplateTarget) throws(TokenizerError) {
    switch target {
    case .name(let name): set(name, to: value)
    case .names(let names): try unpack(value, into: names)
    case .member(let name, let member):
      guard case .object(let object) = self.value(ofName: name), case .namespace(let index) = object.kind
      else {
        throw failure("`\(name)` is not a namespace")
      }
      namespaces[index][member] = value
    }
  }

  private mutating func unpack(_ value: TemplateValue, into names: [String]) throws(TokenizerError) {
    guard names.count > 1 else { return set(names[0], to: value) }
    guard case .list(let items) = value, items.count == names.count else {
      throw failure("\(value.typeName) cannot be unpacked into \(names.count) names")
    }
    for (name, item) in zip(names, items) { set(name, to: item) }
  }

  // MARK: Statements

  private mutating func run(_ nodes: [TemplateNode]) throws(TokenizerError) -> Outcome {
    try enter()
    defer { leave() }
    for node in nodes {
      line = node.line
      try spend(8)
      let outcome = try run(node)
      guard case .next = outcome else { return outcome }
    }
    return .next
  }

  private mutating func run(_ node: TemplateNode) throws(TokenizerError) -> Outcome {
    switch node.kind {
    case .text(let text): try write(text)
    case .output(let expression): try write(text(of: try evaluate(expression)))
    case .choose(let branches):
      for (condition, body) in branches {
        guard let condition else { return try run(body) }
        if try evaluate(condition).isTrue { return try run(body) }
      }
    case .loop(let loop): try run(loop)
    case .assign(let target, let expression): try assign(try evaluate(expression), to: target)
    case .capture(let name, let body, let filtered):
      set(name, to: .string(try captured(body)))
      set(name, to: try evaluate(filtered))
    case .define(let name, let index): set(name, to: .object(TemplateObject(kind: .macro(index))))
    case .group(let body): return try run(body)
    case .breakLoop: return .breakLoop
    case .continueLoop: return .continueLoop
    }
    return .next
  }

  private mutating func write(_ text: String) throws(TokenizerError) {
    try spend(text.utf8.count)
    output += text
  }

  /// What statements write, instead of writing it.
  private mutating func captured(_ body: [TemplateNode]) throws(TokenizerError) -> String {
    let before = output
    output = ""
    _ = try run(body)
    defer { output = before }
    return output
  }

  private mutating func run(_ loop: TemplateLoop) throws(TokenizerError) {
    var items = try self.items(of: try evaluate(loop.items))
    if let condition = loop.condition { items = try selected(items, by: condition, names: loop.names) }
    guard !items.isEmpty else {
      _ = try run(loop.otherwise)
      return
    }
    scopes.append([:])
    defer { scopes.removeLast() }
    for (index, item) in items.enumerated() {
      let state = TemplateObject.LoopState(
        index: index, count: items.count, previous: index > 0 ? items[index - 1] : nil,
        next: index + 1 < items.count ? items[index + 1] : nil)
      scopes[scopes.count - 1] = ["loop": .object(TemplateObject(kind: .loop(state)))]
      try unpack(item, into: loop.names)
      if case .breakLoop = try run(loop.body) { return }
    }
  }

  private mutating func selected(
    _ items: [TemplateValue], by condition: TemplateExpression, names: [String]
  ) throws(TokenizerError) -> [TemplateValue] {
    scopes.append([:])
    defer { scopes.removeLast() }
    var result: [TemplateValue] = []
    for item in items {
      try unpack(item, into: names)
      if try evaluate(condition).isTrue { result.append(item) }
    }
    return result
  }

  // MARK: Macros

  /// Calls a macro; what it writes is its value.
  mutating func callMacro(
    _ index: Int, _ values: [TemplateValue], _ named: [String: TemplateValue]
  ) throws(TokenizerError) -> TemplateValue {
    let macro = program.macros[index]
    guard values.count <= macro.parameters.count else { throw failure("too many arguments for a macro") }
    let outer = scopes
    scopes = [scopes[0], [:]]
    for (place, parameter) in macro.parameters.enumerated() {
      var value = TemplateValue.undefined(name: parameter.name)
      if place < values.count {
        value = values[place]
      } else if let given = named[parameter.name] {
        value = given
      } else if let expression = parameter.value {
        value = try evaluate(expression)
      }
      set(parameter.name, to: value)
    }
    let text = try captured(macro.body)
    scopes = outer
    return .string(text)
  }
}
