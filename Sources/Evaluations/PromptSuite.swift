import Foundation

/// Prompts on which graphs are scored.
public struct PromptSuite: Sendable, Equatable {
  /// A built-in suite's name, or the file's.
  public let name: String
  /// The prompts, none empty.
  public let prompts: [String]

  /// The suites that come with the program.
  public static let builtIn = ["english", "multilingual"]

  private static let mostBytes = 1 << 20

  /// Names prompts.
  public init(name: String, prompts: [String]) {
    self.name = name
    self.prompts = prompts
  }

  /// Reads a built-in suite, or a text file with a prompt a line; empty lines and those that begin with # are left out.
  public init(_ suite: String) throws(SuiteError) {
    let isBuiltIn = PromptSuite.builtIn.contains(suite)
    let place =
      isBuiltIn
      ? Bundle.module.bundleURL.appending(components: "Suites", suite + ".txt") : URL(filePath: suite)
    let values = try? place.resourceValues(forKeys: [.isRegularFileKey, .fileSizeKey])
    guard values?.isRegularFile == true, let size = values?.fileSize else { throw .missing(suite) }
    guard size <= PromptSuite.mostBytes else { throw .tooLong(suite) }
    guard let data = try? Data(contentsOf: place) else { throw .missing(suite) }
    guard let text = String(validating: data, as: UTF8.self), !text.utf8.contains(0) else {
      throw .noText(suite)
    }
    let prompts = text.split(whereSeparator: \.isNewline).map(String.init).filter {
      !$0.hasPrefix("#") && $0.contains { !$0.isWhitespace }
    }
    guard !prompts.isEmpty else { throw .empty(suite) }
    self.init(name: isBuiltIn ? suite : place.lastPathComponent, prompts: prompts)
  }
}

/// Why a suite cannot be read.
public enum SuiteError: Error, Equatable, CustomStringConvertible {
  /// There is no such file or built-in suite.
  case missing(String)
  /// The file is too long to be a list of prompts.
  case tooLong(String)
  /// The file is not UTF-8.
  case noText(String)
  /// The file holds no prompt.
  case empty(String)

  /// One sentence: what is wrong and what to do.
  public var description: String {
    switch self {
    case .missing(let suite):
      "There is no suite '\(suite)': take \(PromptSuite.builtIn.joined(separator: " or ")), or a text file with a prompt a line."
    case .tooLong(let suite):
      "The suite \(suite) is longer than a megabyte: give a text file with a prompt a line."
    case .noText(let suite): "The suite \(suite) is not text in UTF-8: convert it first."
    case .empty(let suite): "The suite \(suite) holds no prompts: write one a line."
    }
  }
}
