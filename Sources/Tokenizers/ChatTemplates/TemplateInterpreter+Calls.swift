/// Functions, macros and methods.
extension TemplateInterpreter {
  /// `callee(arguments)`.
  mutating func call(
    _ callee: TemplateExpression, _ arguments: TemplateArguments
  ) throws(TokenizerError) -> TemplateValue {
    if case .member(let base, let name) = callee {
      let subject = try evaluate(base)
      let call = try evaluate(arguments)
      if let result = try callMethod(name, of: subject, call) { return result }
      return try callObject(try member(name, of: subject), named: name, call)
    }
    let name = if case .name(let name) = callee { name } else { "value" }
    return try callObject(try evaluate(callee), named: name, try evaluate(arguments))
  }

  private mutating func callObject(
    _ value: TemplateValue, named name: String, _ call: TemplateCall
  ) throws(TokenizerError) -> TemplateValue {
    guard case .object(let object) = value else { throw failure("`\(name)` cannot be called") }
    switch object.kind {
    case .macro(let index): return try callMacro(index, call.values, call.named)
    case .function("range"): return try range(call.values)
    case .function("raise_exception"):
      throw .templateRaised(message: try text(of: call.argument(0, "message") ?? .string("")))
    case .function("namespace"): return try makeNamespace(Self.mapping(of: call))
    case .function("dict"): return try checked(.mapping(Self.mapping(of: call)))
    default: throw failure("`\(name)` cannot be called")
    }
  }

  /// The members that `dict` or `namespace` gets.
  private static func mapping(of call: TemplateCall) -> TemplateMapping {
    var mapping = TemplateMapping([])
    if case .mapping(let given)? = call.values.first { mapping = given }
    for name in call.named.keys.sorted() { mapping[name] = call.named[name] }
    return mapping
  }

  private mutating func range(_ bounds: [TemplateValue]) throws(TokenizerError) -> TemplateValue {
    let numbers = bounds.compactMap(\.integerValue)
    guard numbers.count == bounds.count, (1...3).contains(numbers.count) else {
      throw failure("`range` needs one to three whole numbers")
    }
    let (start, stop) = numbers.count == 1 ? (0, numbers[0]) : (numbers[0], numbers[1])
    let step = numbers.count == 3 ? numbers[2] : 1
    guard step != 0 else { throw failure("`range` has a step of zero") }
    let (length, overflows) = stop.subtractingReportingOverflow(start)
    guard !overflows, step != .min, length.magnitude / step.magnitude < 100_000 else {
      throw failure("`range` has more than 100000 numbers")
    }
    let values = stride(from: start, to: stop, by: step).map(TemplateValue.integer)
    try spend(8 * values.count)
    return .list(values)
  }

  /// The result of a method that Python's types have; nil if they have none of that name.
  private mutating func callMethod(
    _ name: String, of subject: TemplateValue, _ call: TemplateCall
  ) throws(TokenizerError) -> TemplateValue? {
    switch subject {
    case .string(let text):
      try spend(8 + text.utf8.count)
      return try callMethod(name, of: text, call)
    case .mapping(let mapping):
      try spend(8 * mapping.keys.count)
      return callMethod(name, of: mapping, call)
    case .list(let items):
      guard name == "count" || name == "index", let wanted = call.values.first else { return nil }
      var places: [Int] = []
      for (place, item) in items.enumerated() where try equal(item, wanted) { places.append(place) }
      if name == "count" { return .integer(places.count) }
      guard let first = places.first else { throw failure("the list does not have the item") }
      return .integer(first)
    default: return nil
    }
  }

  private func callMethod(_ name: String, of mapping: TemplateMapping, _ call: TemplateCall) -> TemplateValue?
  {
    switch name {
    case "items": return .list(mapping.keys.map { .list([.string($0), mapping[$0] ?? .none]) })
    case "keys": return .list(mapping.keys.map(TemplateValue.string))
    case "values": return .list(mapping.keys.map { mapping[$0] ?? .none })
    case "get":
      guard let key = call.string(0, "key") else { return call.argument(1, "default") ?? TemplateValue.none }
      return mapping[key] ?? call.argument(1, "default") ?? TemplateValue.none
    default: return nil
    }
  }

  private mutating func callMethod(
    _ name: String, of text: String, _ call: TemplateCall
  ) throws(TokenizerError) -> TemplateValue? {
    let argument = call.string(0, "")
    switch name {
    case "strip": return .string(PythonText.stripped(text, of: argument, start: true, end: true))
    case "lstrip": return .string(PythonText.stripped(text, of: argument, start: true, end: false))
    case "rstrip": return .string(PythonText.stripped(text, of: argument, start: false, end: true))
    case "startswith", "endswith": return .bool(try affix(name, of: text, call.values.first))
    case "upper": return .string(text.uppercased())
    case "lower": return .string(text.lowercased())
    case "capitalize": return .string(PythonText.capitalized(text))
    case "split":
      if argument == "" { throw failure("the separator is empty") }
      let limit = call.argument(1, "maxsplit")?.integerValue ?? -1
      let parts = PythonText.split(
        text, by: argument ?? call.string(0, "sep"), atMost: limit < 0 ? .max : limit)
      try spend(16 * parts.count)
      return .list(parts.map(TemplateValue.string))
    case "splitlines":
      let parts = PythonText.split(text, by: "\n")
      return .list((parts.last == "" ? parts.dropLast() : parts[...]).map(TemplateValue.string))
    case "replace": return try replace(text, call)
    case "find":
      let place = PythonText.occurrences(of: argument ?? "", in: text, atMost: 1).first
      return .integer(
        place.map { String(decoding: Array(text.utf8)[..<$0], as: UTF8.self).unicodeScalars.count } ?? -1)
    case "join":
      let parts = try texts(of: call.values.first ?? .none)
      return .string(try joined(parts, text))
    default: return nil
    }
  }

  /// The string with the first argument replaced by the second, at most as often as the third says.
  mutating func replace(_ text: String, _ call: TemplateCall) throws(TokenizerError) -> TemplateValue {
    guard let old = call.string(0, "old"), let new = call.string(1, "new"), !old.isEmpty else {
      throw failure("`replace` needs two strings, the first not empty")
    }
    let limit = call.argument(2, "count")?.integerValue ?? -1
    try spend(text.utf8.count / old.utf8.count * new.utf8.count)
    return .string(PythonText.replacing(old, with: new, in: text, atMost: limit < 0 ? .max : limit))
  }

  private func affix(_ name: String, of text: String, _ argument: TemplateValue?) throws(TokenizerError)
    -> Bool
  {
    var affixes: [TemplateValue] = []
    if let argument { affixes = if case .list(let several) = argument { several } else { [argument] } }
    for affix in affixes {
      guard case .string(let part) = affix else { throw failure("`\(name)` needs a string") }
      let end =
        name == "startswith" ? Array(text.utf8.prefix(part.utf8.count)) : text.utf8.suffix(part.utf8.count)
      if end.elementsEqual(part.utf8) { return true }
    }
    return false
  }

  /// The items of a value as strings.
  mutating func texts(of value: TemplateValue) throws(TokenizerError) -> [String] {
    var result: [String] = []
    for item in try items(of: value) { result.append(try text(of: item)) }
    return result
  }

  /// Strings with a separator between them.
  mutating func joined(_ parts: [String], _ separator: String) throws(TokenizerError) -> String {
    try spend(parts.reduce(0) { $0 + $1.utf8.count + separator.utf8.count })
    return parts.joined(separator: separator)
  }
}
