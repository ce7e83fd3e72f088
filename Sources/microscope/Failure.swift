import ArgumentParser
import Foundation

/// How a command ends that did not do what it was asked: one sentence on standard error, and an exit code.
struct Failure {
  private let error: any Error

  init(_ error: any Error) { self.error = error }

  /// Ends the process; what was only a request for help or the version is printed instead.
  func end() -> Never {
    let code = Microscope.exitCode(for: error)
    if code.isSuccess { Microscope.exit(withError: error) }
    Terminal.progress("")
    let sentence = sentence
    if !sentence.isEmpty { Terminal.note("Error: \(sentence)\n") }
    Microscope.exit(withError: code)
  }

  /// What is wrong and what to do, on one line.
  private var sentence: String {
    let message = Terminal.printable(Microscope.message(for: error))
    guard Microscope.exitCode(for: error) == .validationFailure else { return Failure.capitalised(message) }
    return Failure.withAdvice(message, help: help)
  }

  /// The command that prints the help for what was mistyped, such as `microscope trace --help`.
  private var help: String {
    let text = Microscope.fullMessage(for: error)
    guard let start = text.range(of: "See '", options: .backwards),
      let end = text.range(of: "'", range: start.upperBound..<text.endIndex)
    else { return "microscope --help" }
    return String(text[start.upperBound..<end.lowerBound])
  }

  /// Joins the parser's message, which may be two sentences or lack its full stop, with where to read more.
  private static func withAdvice(_ message: String, help: String) -> String {
    var text = message.replacing(". Did you mean", with: "; did you mean").replacing(
      ". Please provide", with: "; please provide")
    while let last = text.last, last == "." || last == " " { text.removeLast() }
    if text.hasSuffix("?") { return text }
    let isSplitText = text.contains("nexpected argument") && help != "microscope --help"
    return text + (isSplitText ? "; put a text of several words in quotes" : "") + "; see '\(help)'."
  }

  /// The sentence with a capital letter, where it starts with a plain word.
  private static func capitalised(_ sentence: String) -> String {
    let word = sentence.prefix { $0 != " " }
    guard word.allSatisfy({ $0.isASCII && $0.isLowercase }) else { return sentence }
    return sentence.prefix(1).uppercased() + sentence.dropFirst()
  }
}
