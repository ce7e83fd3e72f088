/// What can go wrong with graph files: the outside world's mistakes, each told in one sentence.
public enum GraphFileError: Error, Equatable, Sendable {
  /// The file cannot be opened or read.
  case unreadable(path: String, reason: String)
  /// The file is larger than any graph that can be shown.
  case tooLarge(path: String, byteCount: Int)
  /// The bytes are no JSON, or JSON that is no graph.
  case invalid(path: String, reason: String)
  /// A number of the graph is NaN or infinite.
  case notFinite(place: String)
  /// The text cannot name a graph.
  case invalidSlug(String)
  /// The file cannot be written.
  case unwritable(path: String, reason: String)
}

extension GraphFileError: CustomStringConvertible {
  /// What happened, where, and what to do, in one sentence.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason):
      "\(path) cannot be read (\(reason)); check that it exists and that you may read it."
    case .tooLarge(let path, let byteCount):
      "\(path) has \(byteCount) bytes, more than a graph file may have; prune the graph more strictly."
    case .invalid(let path, let reason):
      "\(path) is not a graph file that can be used (\(reason)); trace the prompt again or restore the file."
    case .notFinite(let place):
      "\(place) is not a finite number, so the graph cannot be stored; trace it again in float32."
    case .invalidSlug(let text):
      "'\(text)' cannot name a graph; use up to \(Slug.maximumLength) letters, digits, '.', '_' or '-', "
        + "not beginning with '.', and not 'graph-metadata'."
    case .unwritable(let path, let reason):
      "\(path) cannot be written (\(reason)); check the folder's permissions and the free space."
    }
  }
}
