/// One model that the catalogue knows by a short id.
public struct CatalogueEntry: Sendable, Hashable, Identifiable {
  /// The short name by which commands call it, such as `gemma-3-270m`.
  public let id: String
  /// What it is, in one line for people.
  public let title: String
  /// How many parameters it has.
  public let parameters: Int
  /// How many layers it has, and how wide its residual stream is.
  public let shape: ModelShape
  /// How many bytes the first source transfers, where that is known before the source is asked.
  public let downloadBytes: Int64?
  /// The terms under which it may be used.
  public let licence: Licence
  /// Where it can be had, in the order in which the sources are tried.
  public let sources: [ModelSource]
  /// What stands before a prompt's own tokens.
  public let firstToken: FirstTokenRule
  /// The published transcoder sets that were made for it.
  public let transcoders: [TranscoderEntry]

  /// An entry made of all its facts.
  public init(
    id: String, title: String, parameters: Int, shape: ModelShape, downloadBytes: Int64? = nil,
    licence: Licence,
    sources: [ModelSource], firstToken: FirstTokenRule = .modelDefault, transcoders: [TranscoderEntry] = []
  ) {
    self.id = id
    self.title = title
    self.parameters = parameters
    self.shape = shape
    self.downloadBytes = downloadBytes
    self.licence = licence
    self.sources = sources
    self.firstToken = firstToken
    self.transcoders = transcoders
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
  /// Whether the hub hands the files only to an account that accepted the terms.
  public let isGated: Bool

  /// Terms by name, with the sentence to show, if any.
  public init(name: String, notice: String? = nil, isGated: Bool = false) {
    self.name = name
    self.notice = notice
    self.isGated = isGated
  }
}

/// What tells whether transcoders can fit a model.
public struct ModelShape: Sendable, Hashable {
  /// The number of layers.
  public let layers: Int
  /// The width of the residual stream.
  public let width: Int

  /// A shape by its numbers.
  public init(layers: Int, width: Int) {
    self.layers = layers
    self.width = width
  }
}

/// A published transcoder set that the catalogue knows by a short id, which is unique for its model.
public struct TranscoderEntry: Sendable, Hashable, Identifiable {
  /// The short name by which commands call it, such as `gemma-scope`.
  public let id: String
  /// What it is, in one line for people.
  public let title: String
  /// Where it can be had.
  public let repository: HubRepository

  /// An entry made of all its facts.
  public init(id: String, title: String, repository: HubRepository) {
    self.id = id
    self.title = title
    self.repository = repository
  }
}
