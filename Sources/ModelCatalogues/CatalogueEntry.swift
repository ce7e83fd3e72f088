/// One model that the catalogue knows by a short id.
public struct CatalogueEntry: Sendable, Hashable, Identifiable {
  /// The short name by which commands call it, such as `gemma-3-270m`.
  public let id: String
  /// What it is, in one line for people.
  public let title: String
  /// How many parameters it has.
  public let parameters: Int
  /// How many bytes the first source transfers.
  public let downloadBytes: Int64
  /// The terms under which it may be used.
  public let licence: Licence
  /// Where it can be had, in the order in which the sources are tried.
  public let sources: [ModelSource]
  /// What stands before a prompt's own tokens.
  public let firstToken: FirstTokenRule

  /// An entry made of all its facts.
  public init(
    id: String, title: String, parameters: Int, downloadBytes: Int64, licence: Licence,
    sources: [ModelSource], firstToken: FirstTokenRule
  ) {
    self.id = id
    self.title = title
    self.parameters = parameters
    self.downloadBytes = downloadBytes
    self.licence = licence
    self.sources = sources
    self.firstToken = firstToken
  }

  /// The name of the one file that the model consists of, when its first source gives one file.
  public var fileName: String? {
    for case .wheels(let source) in sources { return source.fileName }
    return nil
  }
}

/// What stands before a prompt's own tokens.
public enum FirstTokenRule: Sendable, Hashable {
  /// Whatever the model's own files say.
  case modelDefault
  /// This token id, because it was measured to suit plain text better than the files' default.
  case token(Int)
}

/// The terms under which a model may be used.
public struct Licence: Sendable, Hashable {
  /// An SPDX identifier, or the licence's own name where it has none.
  public let name: String
  /// A sentence to show a person who fetches the model, for terms that ask for it.
  public let notice: String?

  /// Terms by name, with the sentence to show, if any.
  public init(name: String, notice: String? = nil) {
    self.name = name
    self.notice = notice
  }
}
