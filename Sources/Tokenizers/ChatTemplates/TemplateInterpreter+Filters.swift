/// Filters: `value | name(arguments)`.
extension TemplateInterpreter {
  /// The filtered value.
  mutating func applyFilter(
    _ name: String, to value: TemplateValue, _ call: TemplateCall
  ) throws(TokenizerError) -> TemplateValue {
    switch name {
    case "default", "d":
      let replacesFalse = call.argument(1, "boolean")?.isTrue ?? false
      if case .undefined = value { return call.argument(0, "default_value") ?? .string("") }
      return replacesFalse && !value.isTrue ? call.argument(0, "default_value") ?? .string("") : value
    case "safe": return value
    case "tojson":
      let indent = call.argument(0, "indent")?.integerValue
      return .string(try json(of: value, indent: indent.map { min(max($0, 0), 16) }))
    case "length", "count": return .integer(try length(of: value))
    case "string": return .string(try text(of: value))
    case "int": return .integer(try wholeNumber(value, call.argument(0, "default")?.integerValue ?? 0))
    case "trim", "upper", "lower", "capitalize", "replace":
      return try applyTextFilter(name, to: try text(of: value), call)
    default: return try applyListFilter(name, to: value, call)
    }
  }

  private mutating func applyTextFilter(
    _ name: String, to text: String, _ call: TemplateCall
  ) throws(TokenizerError) -> TemplateValue {
    try spend(text.utf8.count)
    switch name {
    case "trim":
      return .string(PythonText.stripped(text, of: call.string(0, "chars"), start: true, end: true))
    case "upper": return .string(text.uppercased())
    case "lower": return .string(text.lowercased())
    case "capitalize": return .string(PythonText.capitalized(text))
    default: return try replace(text, call)
    }
  }

  private mutating func applyListFilter(
    _ name: String, to value: TemplateValue, _ call: TemplateCall
  ) throws(TokenizerError) -> TemplateValue {
    switch name {
    case "items", "dictsort": return try members(of: value, sorted: name == "dictsort")
    case "first": return try items(of: value).first ?? .undefined(name: "first item")
    case "last": return try items(of: value).last ?? .undefined(name: "last item")
    case "list": return .list(try items(of: value))
    case "reverse":
      guard case .string(let text) = value else { return .list(try items(of: value).reversed()) }
      return .string(String(String.UnicodeScalarView(text.unicodeScalars.reversed())))
    case "join":
      let parts = try call.argument(1, "attribute").map { (path) throws(TokenizerError) in
        try mapped(value, path)
      }
      return .string(try joined(try texts(of: parts ?? value), call.string(0, "d") ?? ""))
    case "map":
      if let path = call.named["attribute"] { return try mapped(value, path) }
      return try filtered(value, call)
    case "select", "reject": return try chosen(from: value, name, attribute: nil, call.values[...])
    case "selectattr", "rejectattr":
      guard let attribute = call.values.first else { throw failure("`\(name)` needs an attribute") }
      return try chosen(from: value, name, attribute: attribute, call.values.dropFirst())
    default: throw failure("the filter `\(name)` is not supported")
    }
  }

  private mutating func length(of value: TemplateValue) throws(TokenizerError) -> Int {
    switch value {
    case .undefined: return 0
    case .string(let text):
      try spend(text.utf8.count)
      return text.unicodeScalars.count
    case .list(let items): return items.count
    case .mapping(let mapping): return mapping.keys.count
    default: throw failure("\(value.typeName) has no length")
    }
  }

  private mutating func wholeNumber(_ value: TemplateValue, _ otherwise: Int) throws(TokenizerError) -> Int {
    if let number = value.integerValue { return number }
    if let number = value.doubleValue { return Int(exactly: number.rounded(.towardZero)) ?? otherwise }
    guard case .string(let text) = value else { return otherwise }
    return Int(PythonText.stripped(text, of: nil, start: true, end: true)) ?? otherwise
  }

  /// A dictionary as a list of pairs; sorted by key, upper and lower case alike.
  private mutating func members(of value: TemplateValue, sorted: Bool) throws(TokenizerError) -> TemplateValue
  {
    if case .undefined = value, !sorted { return .list([]) }
    guard case .mapping(let mapping) = value else { throw failure("\(value.typeName) has no items") }
    try spend(64 * mapping.keys.count)
    var keys = mapping.keys
    if sorted { keys.sort { $0.lowercased().utf8.lexicographicallyPrecedes($1.lowercased().utf8) } }
    return .list(keys.map { .list([.string($0), mapping[$0] ?? .none]) })
  }

  /// The member that a dotted path leads to.
  private mutating func member(at path: TemplateValue, of value: TemplateValue) throws(TokenizerError)
    -> TemplateValue
  {
    var current = value
    for name in PythonText.split(try text(of: path), by: ".") { current = try member(name, of: current) }
    return current
  }

  /// One member of each item.
  private mutating func mapped(_ value: TemplateValue, _ path: TemplateValue) throws(TokenizerError)
    -> TemplateValue
  {
    var result: [TemplateValue] = []
    for item in try items(of: value) { result.append(try member(at: path, of: item)) }
    return .list(result)
  }

  /// Each item passed through the filter that the first argument names.
  private mutating func filtered(_ value: TemplateValue, _ call: TemplateCall) throws(TokenizerError)
    -> TemplateValue
  {
    guard let name = call.string(0, "filter") else { throw failure("`map` needs a filter or an attribute") }
    let inner = TemplateCall(values: Array(call.values.dropFirst()), named: call.named)
    var result: [TemplateValue] = []
    for item in try items(of: value) {
      try spend(8)
      guard name != "map" else { throw failure("`map` within `map` is not supported") }
      result.append(try applyFilter(name, to: item, inner))
    }
    return try checked(.list(result))
  }

  /// The items, or those with a member, that meet a test; the others for a filter that rejects.
  private mutating func chosen(
    from value: TemplateValue, _ filter: String, attribute: TemplateValue?,
    _ arguments: ArraySlice<TemplateValue>
  ) throws(TokenizerError) -> TemplateValue {
    var result: [TemplateValue] = []
    for item in try items(of: value) {
      try spend(8)
      let subject = if let attribute { try member(at: attribute, of: item) } else { item }
      var isMet = subject.isTrue
      if let test = arguments.first {
        let call = TemplateCall(values: Array(arguments.dropFirst()), named: [:])
        isMet = try applyTest(try text(of: test), to: subject, call)
      }
      if isMet == filter.hasPrefix("select") { result.append(item) }
    }
    return .list(result)
  }
}
