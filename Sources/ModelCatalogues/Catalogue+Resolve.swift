import Foundation

extension Catalogue {
  /// Finds a model that is on this machine.
  ///
  /// 1. A catalogue id stands for the folder of that name in the home.
  /// 2. A path that exists is taken as it is, when it is a GGUF file or a folder that holds a model.
  /// 3. The name of a specimen, with or without `specimen/`, stands for the one that was made on this machine, else for the
  ///    one that ships.
  /// 4. `owner/name[@revision][:file.gguf]` stands for what was pulled from the hub.
  ///
  /// - Parameters:
  ///   - name: An id, a path or a hub repository.
  ///   - home: Where pulled things are kept.
  ///   - share: Where things that ship are.
  ///   - shelf: What kind of thing is meant; the catalogue's ids are models.
  /// - Throws: `notPulled` for what could be fetched, `notAModel` for a path of another kind, `unknownModel` with the
  ///   nearest ids for anything else.
  public func resolve(
    _ name: String, home: MicroscopeHome, share: MicroscopeShare = MicroscopeShare(),
    shelf: MicroscopeHome.Shelf = .models
  ) throws(PullError) -> ResolvedModel {
    if shelf == .models, let entry = entry(id: name) {
      let folder = home.models.appendingPathComponent(entry.id, isDirectory: true)
      guard FileManager.default.fileExists(atPath: folder.path) else {
        throw .notPulled(name: entry.id, bytes: entry.downloadBytes)
      }
      return ResolvedModel(location: try Self.model(at: folder, shelf: shelf), entry: entry)
    }
    if !name.isEmpty, !name.contains("\0"), FileManager.default.fileExists(atPath: name) {
      return ResolvedModel(location: try Self.model(at: URL(fileURLWithPath: name), shelf: shelf))
    }
    if shelf == .models, let name = SpecimenName(name),
      let folder = specimen(name, home: home, share: share)
    {
      return ResolvedModel(location: folder, specimen: name)
    }
    let found = shelf == .transcoders ? repository(ofTranscoders: name) : HubRepository(name)
    guard let repository = found else {
      throw .unknownModel(name: name, nearest: nearest(to: name))
    }
    let folder = home.folder(of: shelf).appendingPathComponent(repository.folderName, isDirectory: true)
    guard FileManager.default.fileExists(atPath: folder.path) else {
      throw .notPulled(name: repository.description, bytes: nil)
    }
    return ResolvedModel(location: try Self.model(at: folder, shelf: shelf))
  }

  /// The model at a path that exists: the GGUF file, or the folder that a loader takes.
  static func model(at url: URL, shelf: MicroscopeHome.Shelf) throws(PullError) -> URL {
    if shelf == .transcoders { return url }
    let place = url.resolvingSymlinksInPath()
    guard (try? place.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == true else {
      guard url.pathExtension.lowercased() == "gguf" else {
        throw .notAModel(path: url.path, why: .otherFile)
      }
      return url
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    let ggufs = names.filter { $0.lowercased().hasSuffix(".gguf") }.sorted()
    let holdsTensors = names.contains { $0.hasSuffix(".safetensors") }
    if names.contains("config.json"), holdsTensors || ggufs.isEmpty { return url }
    guard let file = ggufs.first else { throw .notAModel(path: url.path, why: .emptyFolder) }
    guard ggufs.count == 1 else { throw .notAModel(path: url.path, why: .severalFiles(ggufs)) }
    return url.appendingPathComponent(file)
  }
}
