/// What can be wrong with a model's file, told in one sentence: what, where, and what to do.
public enum ModelFileError: Error, Equatable, Sendable {
  /// The file cannot be opened or mapped; `reason` says why and what to do.
  case unreadable(path: String, reason: String)
  /// The file breaks the rules of its format.
  case malformed(path: String, problem: String)
  /// The file is well formed, but uses something that is not read here; `remedy` says what to do.
  case unsupported(path: String, feature: String, remedy: String)
  /// The file has no tensor of this name.
  case missingTensor(path: String, name: String, nearest: [String])
  /// The file has no metadata under this key.
  case missingMetadata(path: String, key: String, nearest: [String])
  /// The metadata under this key is of another type than the one asked for.
  case wrongMetadata(path: String, key: String, found: String, wanted: String)
  /// The tensor is of another type or shape than the one asked for.
  case wrongTensor(path: String, name: String, found: String, wanted: String)
  /// The file cannot be written; `reason` says why and what to do.
  case unwritable(path: String, reason: String)
}

extension ModelFileError: CustomStringConvertible {
  /// The error in one sentence.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason):
      "Cannot read \(printable(path)): \(reason)."
    case .malformed(let path, let problem):
      "The file \(printable(path)) is damaged or incomplete: \(problem); download or export it again."
    case .unsupported(let path, let feature, let remedy):
      "The file \(printable(path)) uses \(feature), which is not supported; \(remedy)."
    case .missingTensor(let path, let name, let nearest):
      "There is no tensor \(quoted(name)) in \(printable(path)); \(advice(nearest))."
    case .missingMetadata(let path, let key, let nearest):
      "There is no metadata \(quoted(key)) in \(printable(path)); \(advice(nearest))."
    case .wrongMetadata(let path, let key, let found, let wanted):
      "The metadata \(quoted(key)) of \(printable(path)) is \(found) instead of \(wanted); "
        + "export the file again."
    case .wrongTensor(let path, let name, let found, let wanted):
      "The tensor \(quoted(name)) of \(printable(path)) is \(found) instead of \(wanted); "
        + "check that the file belongs to this model."
    case .unwritable(let path, let reason):
      "Cannot write \(printable(path)): \(reason)."
    }
  }
}

/// Returns what to do about an absent name.
private func advice(_ nearest: [String]) -> String {
  nearest.isEmpty
    ? "check that the file belongs to this model"
    : "the nearest names are " + nearest.map(quoted).joined(separator: ", ")
}

/// Returns `name` between quotes, fit for one line of text.
package func quoted(_ name: String) -> String { "'" + printable(name, limit: 120) + "'" }

/// Returns `text` with control characters replaced and its middle cut out when it is longer than `limit`.
private func printable(_ text: String, limit: Int = 1000) -> String {
  let scalars = text.unicodeScalars
  guard scalars.count > limit else { return cleaned(scalars[...]) }
  return cleaned(scalars.prefix(limit / 2)) + "…" + cleaned(scalars.suffix(limit / 2))
}

private func cleaned(_ scalars: Substring.UnicodeScalarView) -> String {
  String(String.UnicodeScalarView(scalars.map { isPrintable($0) ? $0 : "\u{FFFD}" }))
}

private func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
  default: true
  }
}
