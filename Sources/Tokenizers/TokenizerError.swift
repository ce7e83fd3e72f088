/// What can be wrong with a tokenizer's files, a vocabulary or a chat template.
public enum TokenizerError: Error, Equatable, Sendable {
  /// The file is not JSON; `offset` is the byte at which reading stopped.
  case malformedJSON(file: String, offset: Int, reason: String)
  /// A value is absent or of another type than the format says.
  case unexpectedValue(file: String, path: String, expected: String)
  /// The file asks for a step that this module does not know.
  case unsupported(file: String, what: String)
  /// Two lists of a vocabulary that describe the same pieces differ in length.
  case mismatchedCounts(what: String, count: Int, pieces: Int)
  /// An id is negative or far beyond the number of pieces.
  case idOutOfRange(name: String, id: Int, limit: Int)
  /// Two pieces claim one id.
  case duplicateID(id: Int, first: String, second: String)
  /// One piece is listed twice, with different ids.
  case duplicatePiece(piece: String)
  /// A merge is not two pieces of the vocabulary whose join is one too.
  case invalidMerge(index: Int, merge: String)
  /// The chat template is not in the supported part of Jinja.
  case templateSyntax(line: Int, reason: String)
  /// The chat template failed while it was rendered.
  case templateFailed(line: Int, reason: String)
  /// The chat template refused the conversation through `raise_exception`.
  case templateRaised(message: String)
}

extension TokenizerError: CustomStringConvertible {
  /// One sentence: what is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .malformedJSON(let file, let offset, let reason):
      "\(file) is not valid JSON at byte \(offset) (\(reason)); fetch the file again."
    case .unexpectedValue(let file, let path, let expected):
      "\(file) should have \(expected) at `\(path)`; fetch the file again or export it anew."
    case .unsupported(let file, let what):
      "\(file) uses \(what), which is not supported; use a model with a byte-level BPE, a SentencePiece BPE or whole words."
    case .mismatchedCounts(let what, let count, let pieces):
      "The vocabulary has \(pieces) pieces but \(count) \(what); the model file is damaged or truncated."
    case .idOutOfRange(let name, let id, let limit):
      "The id \(id) of \(name) is outside 0..<\(limit); the tokenizer's file is damaged."
    case .duplicateID(let id, let first, let second):
      "The pieces `\(first)` and `\(second)` both claim the id \(id); the tokenizer's file is damaged."
    case .duplicatePiece(let piece):
      "The piece `\(piece)` is listed twice with different ids; the tokenizer's file is damaged."
    case .invalidMerge(let index, let merge):
      "Merge \(index) (`\(merge)`) does not join two pieces into a third; the tokenizer's file is damaged."
    case .templateSyntax(let line, let reason):
      "The chat template cannot be read at line \(line): \(reason); pass plain text instead of a chat."
    case .templateFailed(let line, let reason):
      "The chat template failed at line \(line): \(reason); check the messages that were passed."
    case .templateRaised(let message):
      "The chat template refused the conversation: \(message)"
    }
  }
}
