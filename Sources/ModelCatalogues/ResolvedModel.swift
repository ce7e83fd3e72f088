public import Foundation

/// A model (or transcoder set) that is on this machine.
public struct ResolvedModel: Sendable, Hashable {
  /// A GGUF file, or a Hugging Face folder.
  public let location: URL
  /// The catalogue entry by whose id it was called; nil for paths and hub repositories.
  public let entry: CatalogueEntry?
  /// The specimen by whose name it was called; nil for other models.
  public let specimen: SpecimenName?

  /// A model at a place.
  public init(location: URL, entry: CatalogueEntry? = nil, specimen: SpecimenName? = nil) {
    self.location = location
    self.entry = entry
    self.specimen = specimen
  }

  /// What it is called: the catalogue's id, the specimen's name, or that of its file or folder.
  public var name: String { entry?.id ?? specimen?.model ?? location.lastPathComponent }

  /// What stands before a prompt's own tokens.
  public var firstToken: FirstTokenRule { entry?.firstToken ?? .modelDefault }
}

/// What a pull gives.
public struct PulledModel: Sendable, Hashable {
  /// Where the model is.
  public let model: ResolvedModel
  /// Whether it was there before, so that nothing had to be fetched.
  public let wasAlreadyThere: Bool
  /// What a person who uses the model should be told, with the place of the full text; nil for most licences.
  public let notice: String?
}
