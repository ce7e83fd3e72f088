import Foundation
import ModelFiles
import Yams

extension TrainingConfiguration {
  /// Reads a configuration: the defaults, changed by a YAML file, changed by single settings.
  ///
  /// - Parameters:
  ///   - path: A file with some of the keys; nil for none.
  ///   - settings: `key=value` pairs, values as in YAML.
  /// - Throws: `TrainingError` for keys that do not exist, values of the wrong type or out of range.
  public init(path: String?, settings: [String] = []) throws {
    var values = try TrainingConfiguration.defaults()
    if let path {
      let text = try TrainingConfiguration.text(path)
      try TrainingConfiguration.merge(text, into: &values, from: path)
    }
    for setting in settings {
      guard let equals = setting.firstIndex(of: "="), equals > setting.startIndex else {
        throw TrainingError.badFile(
          path: "given by --set", problem: "'\(setting.prefix(80))' is not key=value")
      }
      let line = setting[..<equals] + ": " + setting[setting.index(after: equals)...]
      try TrainingConfiguration.merge(String(line), into: &values, from: "given by --set")
    }
    let data = try JSONSerialization.data(withJSONObject: values)
    do {
      self = try JSONDecoder().decode(TrainingConfiguration.self, from: data)
    } catch let error as DecodingError {
      throw TrainingError.badFile(path: path ?? "given by --set", problem: error.reason)
    }
    try check()
  }

  /// The configuration as YAML, every key with its value.
  public func yaml() throws -> String {
    let encoder = YAMLEncoder()
    encoder.options.sortKeys = true
    return try encoder.encode(self)
  }

  /// Reads JSON that an older version wrote: keys that it lacks get their defaults.
  init(olderJSON object: [String: Any]) throws {
    let values = try TrainingConfiguration.defaults().merging(object) { $1 }
    let data = try JSONSerialization.data(withJSONObject: values)
    self = try JSONDecoder().decode(TrainingConfiguration.self, from: data)
  }

  private static func defaults() throws -> [String: Any] {
    let data = try JSONEncoder().encode(TrainingConfiguration())
    return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
  }

  /// Keys whose default is to be absent.
  private static let optionalKeys: Set<String> = ["decoderSpan", "learningRate"]

  private static func text(_ path: String) throws -> String {
    guard let text = String(validating: try MappedFile.contents(path, atMost: 1 << 20), as: UTF8.self) else {
      throw TrainingError.badFile(path: path, problem: "it is not valid UTF-8")
    }
    return text
  }

  private static func merge(_ text: String, into values: inout [String: Any], from path: String) throws {
    // A few hundred bytes of aliases of aliases can stand for more values than any machine can walk.
    guard !text.contains("&") && !text.contains("*") else {
      throw TrainingError.badFile(path: path, problem: "it uses anchors or aliases")
    }
    guard let loaded = try? Yams.load(yaml: text) else {
      throw TrainingError.badFile(path: path, problem: "it is not valid YAML, or empty")
    }
    guard let given = loaded as? [String: Any] else {
      throw TrainingError.badFile(path: path, problem: "it is not a list of keys with values")
    }
    for (key, value) in given.sorted(by: { $0.key < $1.key }) {
      guard values[key] != nil || optionalKeys.contains(key) else {
        let known = (Array(values.keys) + optionalKeys).sorted().joined(separator: ", ")
        throw TrainingError.badFile(
          path: path, problem: "there is no '\(key.prefix(80))'; the keys are \(known)")
      }
      if value is NSNull {
        values[key] = nil
      } else if value is String || value is Bool || value is Int {
        values[key] = value
      } else if let number = value as? Double, number.isFinite {
        values[key] = number
      } else {
        throw TrainingError.badFile(path: path, problem: "'\(key.prefix(80))' is of the wrong type")
      }
    }
  }
}

extension DecodingError {
  /// What is wrong, in a few words.
  fileprivate var reason: String {
    switch self {
    case .keyNotFound(let key, _): "it lacks '\(key.stringValue)'"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' is of the wrong type or not one of its values"
    @unknown default: "it cannot be read"
    }
  }
}
