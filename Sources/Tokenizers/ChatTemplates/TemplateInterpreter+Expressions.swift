/// The values of expressions.
extension TemplateInterpreter {
  /// The value of an expression.
  mutating func evaluate(_ expression: TemplateExpression) throws(TokenizerError) -> TemplateValue {
    try enter()
    defer { leave() }
    switch expression {
    case .constant(let value): return value
    case .name(let name): return value(ofName: name)
    case .list(let items):
      let values = try evaluate(items)
      return try checked(.list(values))
    case .mapping(let members): return try evaluate(members: members)
    case .member(let base, let name): return try member(name, of: try evaluate(base))
    case .item(let base, let key): return try item(try evaluate(key), of: try evaluate(base))
    case .slice(let base, let start, let stop, let step):
      return try slice(try evaluate(base), try bound(start), try bound(stop), try bound(step))
    case .call(let callee, let arguments): return try call(callee, arguments)
    case .filter(let base, let name, let arguments):
      return try applyFilter(name, to: try evaluate(base), try evaluate(arguments))
    case .test(let base, let name, let arguments):
      return .bool(try applyTest(name, to: try evaluate(base), try evaluate(arguments)))
    default: return try evaluate(operation: expression)
    }
  }

  /// The value of an operator's expression.
  private mutating func evaluate(operation: TemplateExpression) throws(TokenizerError) -> TemplateValue {
    switch operation {
    case .not(let operand): return .bool(!(try evaluate(operand).isTrue))
    case .negative(let operand): return try arithmetic("-", .integer(0), try evaluate(operand))
    case .and(let left, let right):
      let value = try evaluate(left)
      return value.isTrue ? try evaluate(right) : value
    case .or(let left, let right):
      let value = try evaluate(left)
      return value.isTrue ? value : try evaluate(right)
    case .arithmetic(let symbol, let left, let right):
      return try arithmetic(symbol, try evaluate(left), try evaluate(right))
    case .comparison(let first, let rest): return .bool(try compare(first, rest))
    case .concatenation(let parts):
      var result = ""
      for part in parts {
        result += try text(of: try evaluate(part))
        try spend(result.utf8.count)
      }
      return .string(result)
    case .conditional(let value, let condition, let otherwise):
      if try evaluate(condition).isTrue { return try evaluate(value) }
      guard let otherwise else { return .undefined(name: "else") }
      return try evaluate(otherwise)
    default: throw failure("an expression is not supported")
    }
  }

  private mutating func evaluate(_ expressions: [TemplateExpression]) throws(TokenizerError)
    -> [TemplateValue]
  {
    var values: [TemplateValue] = []
    for expression in expressions { values.append(try evaluate(expression)) }
    return values
  }

  private mutating func evaluate(
    members: [(key: TemplateExpression, value: TemplateExpression)]
  ) throws(TokenizerError) -> TemplateValue {
    var mapping = TemplateMapping([])
    for (key, value) in members {
      guard case .string(let name) = try evaluate(key) else { throw failure("a key is not a string") }
      mapping[name] = try evaluate(value)
    }
    return try checked(.mapping(mapping))
  }

  /// The values of arguments, by place and by name.
  mutating func evaluate(_ arguments: TemplateArguments) throws(TokenizerError) -> TemplateCall {
    var named: [String: TemplateValue] = [:]
    let values = try evaluate(arguments.values)
    for (name, value) in arguments.named { named[name] = try evaluate(value) }
    return TemplateCall(values: values, named: named)
  }

  /// A value that was just built, refused if it nests deeper than 64 values.
  func nesting(of value: TemplateValue, below limit: Int, _ budget: inout Int) -> Bool {
    budget -= 1
    guard limit > 0, budget > 0 else { return false }
    switch value {
    case .list(let items):
      for item in items where !nesting(of: item, below: limit - 1, &budget) { return false }
    case .mapping(let mapping):
      for key in mapping.keys where !nesting(of: mapping[key] ?? .none, below: limit - 1, &budget) {
        return false
      }
    case .object(let object):
      guard case .loop(let state) = object.kind else { return true }
      return nesting(of: state.previous ?? .none, below: limit - 1, &budget)
        && nesting(of: state.next ?? .none, below: limit - 1, &budget)
    default: break
    }
    return true
  }

  /// A value that was just built, refused if it is nested too deeply to be walked safely.
  mutating func checked(_ value: TemplateValue) throws(TokenizerError) -> TemplateValue {
    var allowed = 1 << 20
    let isShallow = nesting(of: value, below: 64, &allowed)
    try spend((1 << 20) - allowed)
    guard isShallow else { throw failure("a list or dictionary is too large or nested too deeply") }
    return value
  }

  // MARK: Members, items, slices

  /// `base.name`.
  func member(_ name: String, of base: TemplateValue) throws(TokenizerError) -> TemplateValue {
    switch base {
    case .undefined(let missing): throw failure("`\(missing)` is undefined, so it has no `\(name)`")
    case .mapping(let mapping): return mapping[name] ?? .undefined(name: name)
    case .object(let object):
      switch object.kind {
      case .loop(let state): return state.member(name) ?? .undefined(name: "loop." + name)
      case .namespace(let index): return namespace(index)[name] ?? .undefined(name: name)
      default: return .undefined(name: name)
      }
    default: return .undefined(name: name)
    }
  }

  /// `base[key]`.
  private mutating func item(_ key: TemplateValue, of base: TemplateValue) throws(TokenizerError)
    -> TemplateValue
  {
    if case .string(let name) = key { return try member(name, of: base) }
    if case .undefined(let missing) = base { throw failure("`\(missing)` is undefined, so it has no items") }
    guard let index = key.integerValue else { return .undefined(name: "item") }
    switch base {
    case .list(let items):
      let place = index < 0 ? index + items.count : index
      return items.indices.contains(place) ? items[place] : .undefined(name: "[\(index)]")
    case .string(let text):
      try spend(text.utf8.count)
      let scalars = Array(text.unicodeScalars)
      let place = index < 0 ? index + scalars.count : index
      return scalars.indices.contains(place)
        ? .string(String(scalars[place])) : .undefined(name: "[\(index)]")
    default: return .undefined(name: "[\(index)]")
    }
  }

  private mutating func bound(_ expression: TemplateExpression?) throws(TokenizerError) -> Int? {
    guard let expression else { return nil }
    let value = try evaluate(expression)
    if case .none = value { return nil }
    guard let number = value.integerValue else { throw failure("a slice's bound is \(value.typeName)") }
    return number
  }

  /// `base[start:stop:step]`.
  private mutating func slice(
    _ base: TemplateValue, _ start: Int?, _ stop: Int?, _ step: Int?
  ) throws(TokenizerError) -> TemplateValue {
    let step = step ?? 1
    guard step != 0, step != .min else { throw failure("a slice's step is zero") }
    switch base {
    case .list(let items):
      try spend(items.count)
      return .list(Self.places(items.count, start, stop, step).map { items[$0] })
    case .string(let text):
      try spend(text.utf8.count)
      let scalars = Array(text.unicodeScalars)
      var view = String.UnicodeScalarView()
      view.append(contentsOf: Self.places(scalars.count, start, stop, step).map { scalars[$0] })
      return .string(String(view))
    default: throw failure("\(base.typeName) cannot be sliced")
    }
  }

  /// The indices of a slice of `count` items, by Python's rules.
  private static func places(_ count: Int, _ start: Int?, _ stop: Int?, _ step: Int) -> [Int] {
    let (low, high) = step > 0 ? (0, count) : (-1, count - 1)
    func clamped(_ bound: Int) -> Int { min(max(bound < 0 ? bound + count : bound, low), high) }
    let first = start.map(clamped) ?? (step > 0 ? low : high)
    let end = stop.map(clamped) ?? (step > 0 ? high : low)
    return Array(stride(from: first, to: end, by: step))
  }
}

/// The values of a call's arguments.
struct TemplateCall {
  /// Arguments by place.
  var values: [TemplateValue]
  /// Arguments by name.
  var named: [String: TemplateValue]

  /// The argument at a place or of a name, or nil.
  func argument(_ place: Int, _ name: String) -> TemplateValue? {
    values.indices.contains(place) ? values[place] : named[name]
  }

  /// The argument at a place if it is a string.
  func string(_ place: Int, _ name: String) -> String? {
    guard case .string(let text)? = argument(place, name) else { return nil }
    return text
  }
}
