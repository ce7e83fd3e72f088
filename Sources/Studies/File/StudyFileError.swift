/// What is wrong with a study's file: where, what, and what to do.
public struct StudyFileError: Error, Equatable, CustomStringConvertible {
  /// The file, as it was named.
  public var file: String
  /// The line, from 1; nil where it concerns the whole file.
  public var line: Int?
  /// The key, with those above it, such as `supernodes.state.at`; empty for none.
  public var key: String
  /// What is wrong.
  public var problem: String
  /// What to do.
  public var remedy: String

  init(file: String = "", line: Int? = nil, key: String = "", problem: String, remedy: String) {
    self.file = file
    self.line = line
    self.key = key
    self.problem = problem
    self.remedy = remedy
  }

  /// One sentence.
  public var description: String {
    let place = [file, line.map { "line \($0)" } ?? "", key.isEmpty ? "" : "'\(key)'"].filter { !$0.isEmpty }
    return "In \(place.joined(separator: ", ")): \(problem); \(remedy)."
  }

  /// The same error in a file.
  func `in`(_ file: String) -> StudyFileError {
    var error = self
    if error.file.isEmpty { error.file = file }
    return error
  }
}
