import Yams

/// A value of a study's file, with its place, read by what should be there.
struct StudyValue {
  let node: Node
  /// The keys that lead to it.
  let key: String
  /// The line of the key in front of it, from 1.
  let line: Int

  /// An error at this place.
  func error(_ problem: String, _ remedy: String) -> StudyFileError {
    StudyFileError(line: line, key: key, problem: problem, remedy: remedy)
  }

  /// Whether it is a list.
  var isList: Bool { node.sequence != nil }

  /// Whether it has keys of its own.
  var isMapping: Bool { node.mapping != nil }

  /// A text; numbers and words such as `no` are their spelling.
  func text() throws(StudyFileError) -> String {
    guard let scalar = node.scalar, !scalar.string.isEmpty else {
      throw error("here should be a text", "write one, in quotes where it holds signs of YAML")
    }
    return scalar.string
  }

  /// A text with columns in braces.
  func template() throws(StudyFileError) -> TextTemplate {
    guard let template = TextTemplate(try text()) else {
      throw error("a brace is not closed", "write '{column}', or '{{' for a brace")
    }
    return template
  }

  func number(_ range: ClosedRange<Double>) throws(StudyFileError) -> Double {
    guard let text = node.scalar?.string, let number = Double(text), range.contains(number) else {
      throw error(
        "here should be a number from \(range.lowerBound.short) to \(range.upperBound.short)", "write one")
    }
    return number
  }

  func count(_ range: ClosedRange<Int>) throws(StudyFileError) -> Int {
    guard let text = node.scalar?.string, let number = Int(text), range.contains(number) else {
      throw error(
        "here should be a whole number from \(range.lowerBound) to \(range.upperBound)", "write one")
    }
    return number
  }

  func isTrue() throws(StudyFileError) -> Bool {
    switch node.scalar?.string {
    case "true": return true
    case "false": return false
    default: throw error("here should be true or false", "write one of them")
    }
  }

  /// One of some words.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ type: Choice.Type
  ) throws(StudyFileError) -> Choice where Choice.RawValue == String {
    let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    guard let choice = node.scalar.flatMap({ Choice(rawValue: $0.string) }) else {
      throw error("this is none of \(known)", "choose one of them")
    }
    return choice
  }

  /// One of the names that are there.
  func name(of kind: String, among known: [String]) throws(StudyFileError) -> String {
    let name = try text()
    guard known.contains(name) else {
      throw error(
        "there is no \(kind) '\(name)'",
        known.isEmpty
          ? "there are none: declare it" : "choose among \(known.joined(separator: ", ")), or declare it")
    }
    return name
  }

  /// The values of a list.
  func list() throws(StudyFileError) -> [StudyValue] {
    guard let sequence = node.sequence, !sequence.isEmpty else {
      throw error("here should be a list", "write '- ' in front of each entry, or [a, b]")
    }
    return sequence.enumerated().map { place, value in
      StudyValue(node: value, key: "\(key)[\(place + 1)]", line: value.mark?.line ?? line)
    }
  }

  /// A value, or the values of a list.
  func oneOrMore() throws(StudyFileError) -> [StudyValue] { isList ? try list() : [self] }

  /// The values behind keys, in their order.
  ///
  /// - Parameter known: The keys that there may be; nil for any.
  func mapping(_ known: [String]? = nil) throws(StudyFileError) -> StudyMapping {
    guard let mapping = node.mapping else {
      throw error(
        "here should be keys with values",
        known.map { "the keys are \($0.joined(separator: ", "))" } ?? "write 'name: …'")
    }
    var entries: [(key: String, value: StudyValue)] = []
    for (name, value) in mapping {
      let line = name.mark?.line ?? self.line
      guard let name = name.scalar?.string else { throw error("a key is not a text", "write 'name: …'") }
      let path = key.isEmpty ? name : key + "." + name
      if let known, !known.contains(name) {
        throw StudyFileError(
          line: line, key: path, problem: "there is no such key",
          remedy: "the keys are \(known.joined(separator: ", "))")
      }
      guard !entries.contains(where: { $0.key == name }) else {
        throw StudyFileError(
          line: line, key: path, problem: "this key is there twice", remedy: "give each its own name")
      }
      entries.append((name, StudyValue(node: value, key: path, line: line)))
    }
    return StudyMapping(entries: entries, own: self)
  }
}

/// Keys with values.
struct StudyMapping {
  let entries: [(key: String, value: StudyValue)]
  let own: StudyValue

  subscript(_ key: String) -> StudyValue? { entries.first { $0.key == key }?.value }

  func required(_ key: String, _ remedy: String) throws(StudyFileError) -> StudyValue {
    guard let value = self[key] else { throw own.error("'\(key)' is missing", remedy) }
    return value
  }

  /// The only one of some keys that is there.
  func only(_ keys: [String], _ kind: String) throws(StudyFileError) -> (key: String, value: StudyValue) {
    let found = entries.filter { keys.contains($0.key) }
    guard found.count == 1, let first = found.first else {
      throw own.error(
        found.isEmpty ? "\(kind) is missing" : "\(found.map(\.key).joined(separator: " and ")) are both here",
        "give one of \(keys.joined(separator: ", "))")
    }
    return first
  }
}

extension Double {
  /// The number without needless digits.
  var short: String { self == rounded() && magnitude < 1e15 ? String(Int(self)) : String(self) }
}
