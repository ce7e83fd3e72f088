public import Foundation
import Yams

/// A study as it is written: YAML, checked key by key.
public struct StudyFile: Sendable {
  /// What it is called in errors and commands: a path, or a built-in study's name.
  public let name: String
  /// Its text.
  public let text: String
  /// The folder in which its tables lie; nil for none.
  public let folder: URL?

  /// The most bytes of a file.
  static let mostBytes = 1 << 20
  /// The most values that a file may stand for, aliases spelled out.
  private static let mostValues = 200_000

  /// Takes a text.
  public init(name: String, text: String, folder: URL?) {
    self.name = name
    self.text = text
    self.folder = folder
  }

  /// Reads a file.
  public init(path: String) throws(StudyFileError) {
    let place = URL(filePath: path)
    self.init(
      name: path, text: try StudyFile.text(place, called: path), folder: place.deletingLastPathComponent())
  }

  /// The study that the file describes.
  ///
  /// 1. The text becomes nodes with line numbers.
  /// 2. Sections are read in the order in which they refer to each other, so that a name that is not known is told where it
  ///    is used.
  public func study() throws(StudyFileError) -> Study {
    do throws(StudyFileError) {
      let root = try root()
      return try StudyReading(root: root.mapping(StudyReading.keys), folder: folder).study()
    } catch {
      throw error.in(name)
    }
  }

  private func root() throws(StudyFileError) -> StudyValue {
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch {
      throw StudyFile.error(error)
    }
    guard let node else {
      throw StudyFileError(problem: "the file is empty", remedy: "begin with 'microscope study new'")
    }
    var left = StudyFile.mostValues
    guard StudyFile.fits(node, &left) else {
      throw StudyFileError(
        problem: "it stands for more than \(StudyFile.mostValues) values",
        remedy: "put long lists into a CSV file")
    }
    return StudyValue(node: node, key: "", line: 1)
  }

  private static func fits(_ node: Node, _ left: inout Int) -> Bool {
    left -= 1
    guard left > 0 else { return false }
    switch node {
    case .sequence(let sequence): return sequence.allSatisfy { fits($0, &left) }
    case .mapping(let mapping): return mapping.allSatisfy { fits($0.key, &left) && fits($0.value, &left) }
    default: return true
    }
  }

  private static func error(_ error: any Error) -> StudyFileError {
    let remedy = "correct the YAML there"
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return StudyFileError(line: mark.line, problem: "this is not YAML: \(problem)", remedy: remedy)
    case .duplicatedKeysInMapping(let keys, let context):
      return StudyFileError(
        line: context.mark.line, key: keys.sorted().joined(separator: ", "),
        problem: "this key is there twice",
        remedy: "give each its own name")
    default: return StudyFileError(problem: "this is not YAML", remedy: "begin with 'microscope study new'")
    }
  }

  /// The text of a file that is no longer than it should be.
  static func text(_ place: URL, called name: String) throws(StudyFileError) -> String {
    let values = try? place.resourceValues(forKeys: [.isRegularFileKey, .fileSizeKey])
    guard values?.isRegularFile == true, let size = values?.fileSize else {
      throw StudyFileError(file: name, problem: "there is no such file", remedy: "check the name")
    }
    guard size <= mostBytes else {
      throw StudyFileError(file: name, problem: "it is longer than a megabyte", remedy: "shorten it")
    }
    guard let data = try? Data(contentsOf: place), let text = String(validating: data, as: UTF8.self) else {
      throw StudyFileError(file: name, problem: "it is not text in UTF-8", remedy: "convert it")
    }
    return text
  }
}
