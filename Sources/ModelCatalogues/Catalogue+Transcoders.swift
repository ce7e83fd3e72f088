import Foundation

extension Catalogue {
  /// The entry of a model that is called by its id or by its repository on the hub.
  public func entry(ofModel name: String) -> CatalogueEntry? {
    entry(id: name)
      ?? entries.first { entry in
        entry.sources.contains { source in
          if case .hub(let repository) = source { repository.path == name } else { false }
        }
      }
  }

  /// The models that transcoders of a shape can belong to.
  public func entries(shape: ModelShape) -> [CatalogueEntry] { entries.filter { $0.shape == shape } }

  /// The repository of a transcoder set.
  ///
  /// - Parameters:
  ///   - name: One of the ids that the catalogue has for the model, `model/id`, or `owner/name[/folder][@revision]`.
  ///   - model: The model, as people name it; nil when it is not known.
  public func repository(ofTranscoders name: String, model: String? = nil) -> HubRepository? {
    if let known = model.flatMap(entry(ofModel:))?.transcoders.first(where: { $0.id == name }) {
      return known.repository
    }
    let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    if parts.count == 2, let known = entry(id: parts[0])?.transcoders.first(where: { $0.id == parts[1] }) {
      return known.repository
    }
    guard let repository = HubRepository(name, allowingFolder: true), repository.file == nil else {
      return nil
    }
    return repository
  }

  /// Finds a transcoder set that is on this machine: by the catalogue's id for the model, as a path, as `clt` or `plt` of a
  /// specimen, or by its repository.
  ///
  /// - Throws: `notPulled` for what could be fetched, `unknownTranscoders` with the model's ids for anything else.
  public func resolve(
    transcoders name: String, model: String, home: MicroscopeHome, share: MicroscopeShare = MicroscopeShare()
  ) throws(PullError) -> ResolvedModel {
    let entry = entry(ofModel: model)
    let isID = entry?.transcoders.contains { $0.id == name } ?? false
    if !isID, !name.isEmpty, !name.contains("\0"), FileManager.default.fileExists(atPath: name) {
      return ResolvedModel(location: URL(fileURLWithPath: name))
    }
    let ofSpecimen = SpecimenName(model).map { transcoders(of: $0, home: home, share: share) } ?? []
    if entry == nil, let set = ofSpecimen.first(where: { $0.name == name }) {
      return ResolvedModel(location: set.location)
    }
    guard let repository = repository(ofTranscoders: name, model: model) else {
      throw .unknownTranscoders(
        name: name, model: model, known: entry?.transcoders.map(\.id) ?? ofSpecimen.map(\.name))
    }
    let folder = home.transcoders.appendingPathComponent(repository.folderName, isDirectory: true)
    guard FileManager.default.fileExists(atPath: folder.path) else {
      throw .notPulled(name: repository.description, bytes: nil)
    }
    return ResolvedModel(location: folder)
  }
}
