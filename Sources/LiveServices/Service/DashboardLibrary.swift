public import FeatureDashboards
import Foundation
import LinearAlgebra
public import ModelCatalogues
import Synchronization
import Tokenizers
import Transcoders
import Transformers
public import Viewer

/// The dashboards of this machine behind the page.
///
/// A set is called as its transcoders call themselves, which is what graph files keep; neurons are called
/// `neurons:` and their model's id. Stores are opened when they are first asked for; what ships is unpacked then.
public final class DashboardLibrary: FeatureLibrary {
  private let home: MicroscopeHome
  private let share: MicroscopeShare
  private let given: LiveModelService.Given
  private let stores = Mutex<[String: DashboardStore]>([:])

  /// Looks for dashboards of the sets in a home, of those that ship, and of those that the server was started with.
  public init(home: MicroscopeHome, share: MicroscopeShare, given: LiveModelService.Given = .init()) {
    self.home = home
    self.share = share
    self.given = given
  }

  /// The sets that have a store.
  public func sets() -> [LibrarySet] {
    var sets: [String: LibrarySet] = [:]
    for file in storeFiles() {
      guard let info = try? DashboardStore(file, identity: nil).info else { continue }
      let id = info.basis == "neurons" ? "neurons:" + info.model : info.basis
      sets[id] = LibrarySet(
        id: id, layerCount: info.featureCounts.count, featureCount: info.featureCounts.reduce(0, +),
        hasDashboards: true)
    }
    return sets.values.sorted { $0.id < $1.id }
  }

  /// The labels that features of a set have; none where there are no dashboards.
  public func labels(of names: [FeatureName], in set: String) -> [FeatureName: String] {
    guard let store = try? store(set) else { return [:] }
    return (try? store.winningLabels(names).mapValues(\.text)) ?? [:]
  }

  /// Does something with the store of a set.
  func with<Value>(
    _ set: String, _ body: (DashboardStore) throws(DashboardError) -> Value
  ) throws(APIError) -> Value {
    let store = try store(set)
    do {
      return try body(store)
    } catch DashboardError.noSuchFeature(let name, let counts) {
      throw APIError(.noSuchFeature, DashboardError.noSuchFeature(name, featureCounts: counts).description)
    } catch { throw APIError(.failed, error.description) }
  }

  /// The store of a set, opened once.
  private func store(_ set: String) throws(APIError) -> DashboardStore {
    try stores.withLock { (stores) throws(APIError) in
      if let known = stores[set] { return known }
      do {
        guard
          let opened = try set.hasPrefix("neurons:")
            ? neurons(of: String(set.dropFirst(8))) : transcoders(set)
        else {
          throw APIError(
            .noDashboards,
            "There are no dashboards of '\(set.prefix(80))': build them with 'microscope dashboards build'.")
        }
        stores[set] = opened
        return opened
      } catch let error as APIError {
        throw error
      } catch { throw APIError(.noDashboards, "\(error)") }
    }
  }

  /// The stores' files, by path; the folder may be a link.
  private func storeFiles() -> [URL] {
    let folder = home.dashboards.resolvingSymlinksInPath()
    let files = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    return (files ?? []).filter { $0.pathExtension == "sqlite" }.sorted { $0.path < $1.path }
  }

  /// The store of a model's neurons.
  private func neurons(of model: String) throws -> DashboardStore? {
    for file in storeFiles() {
      let store = try DashboardStore(file, identity: nil)
      if store.info.basis == "neurons", store.info.model == model { return store }
    }
    return nil
  }

  /// The store of the transcoders that call themselves `name`, or that the page lists as `name`.
  private func transcoders(_ name: String) throws -> DashboardStore? {
    let catalogue = Catalogue.builtIn
    var models = catalogue.presentModels(home: home, share: share)
    if let model = given.model, !models.contains(where: { $0.name == model.name }) {
      models.insert(model, at: 0)
    }
    for model in models {
      var items = catalogue.presentTranscoders(model: model.name, home: home, share: share)
      if let set = given.transcoders { items.insert(set, at: 0) }
      for item in items {
        guard let set = try? TranscoderSet(path: item.location.path), set.name == name || item.name == name
        else { continue }
        let shelf = DashboardShelf(
          stores: home.dashboards, shipped: share.dashboards?.appending(component: model.name))
        let store = try shelf.open(
          basis: set.name, identity: BasisIdentity(set).description,
          texts: { DashboardLibrary.texts(model.location) },
          finish: { try $0.labelByRules(time: Date().timeIntervalSince1970, Workers()) })
        if let store { return store }
      }
    }
    return nil
  }

  /// The text of each token id of a model.
  private static func texts(_ model: URL) -> [String] {
    guard let tokenizer = try? LanguageModel.tokenizer(path: model.path) else { return [] }
    return (0..<tokenizer.vocabularySize).map { tokenizer.piece($0) }
  }
}
