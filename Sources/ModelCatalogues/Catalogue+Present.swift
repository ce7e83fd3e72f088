public import Foundation

/// A model or a transcoder set that is on this machine, by the name under which it can be asked for.
public struct PresentItem: Sendable, Hashable {
  /// An id of the catalogue, or `owner/name` of what was pulled from the hub, or a folder's name.
  public let name: String
  /// What it is, in one line for people.
  public let title: String
  /// Where it is.
  public let location: URL

  /// Names something at a place.
  public init(name: String, title: String? = nil, location: URL) {
    self.name = name
    self.title = title ?? name
    self.location = location
  }
}

extension Catalogue {
  /// The models in the home, those of the catalogue first, and specimens, made here or shipped.
  public func presentModels(home: MicroscopeHome, share: MicroscopeShare) -> [PresentItem] {
    var items = presentSpecimens(home: home, share: share)
    for name in Catalogue.folders(in: home.models) where !name.hasPrefix("specimen--") {
      let called = entry(id: name) == nil ? name.replacing("--", with: "/") : name
      guard let found = try? resolve(called, home: home, share: share),
        found.location.path.hasPrefix(home.models.path)
      else {
        continue
      }
      items.append(PresentItem(name: called, title: found.entry?.title ?? called, location: found.location))
    }
    let order = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.id, $0) })
    return items.sorted { (order[$0.name] ?? .max, $0.name) < (order[$1.name] ?? .max, $1.name) }
  }

  /// The transcoder sets that a model can be asked to be seen through: its default first (of a specimen, all of its own), then
  /// published ones that were pulled, then other folders of the home's shelf.
  public func presentTranscoders(
    model: String, home: MicroscopeHome, share: MicroscopeShare
  ) -> [PresentItem] {
    var items: [PresentItem] = []
    let id = entry(ofModel: model)?.id
    if let id, let place = defaultTranscoders(model: model, home: home, share: share) {
      items.append(PresentItem(name: id, title: id, location: place))
    } else if let specimen = SpecimenName(model) {
      items += transcoders(of: specimen, home: home, share: share)
    }
    for known in entry(ofModel: model)?.transcoders ?? [] {
      guard let found = try? resolve(transcoders: known.id, model: model, home: home) else { continue }
      items.append(PresentItem(name: known.id, title: known.title, location: found.location))
    }
    let taken = Set(items.map(\.location.lastPathComponent) + entries.map(\.id))
    for name in Catalogue.folders(in: home.transcoders) where !taken.contains(name) {
      let place = home.transcoders.appendingPathComponent(name, isDirectory: true)
      guard FileManager.default.fileExists(atPath: place.appendingPathComponent("config.yaml").path) else {
        continue
      }
      items.append(PresentItem(name: name, title: name, location: place))
    }
    return items
  }

  private static func folders(in shelf: URL) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: shelf.path)) ?? []
    return names.filter { !$0.hasPrefix(".") }.sorted()
  }
}
