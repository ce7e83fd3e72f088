import Foundation
import LinearAlgebra
import ModelCatalogues
import ReplacementModels
import Synchronization
import Tokenizers
import Transcoders
import Transformers
import Viewer

/// The models on this machine, and the one that is in memory.
final class ModelShelf: Sendable {
  /// A model in memory, with the transcoders that were asked for.
  final class Opened: Sendable {
    let id: String
    let model: LanguageModel
    let rule: FirstTokenRule
    private let sets = Mutex<[String: TranscoderSet]>([:])

    init(_ id: String, _ model: LanguageModel, _ rule: FirstTokenRule) {
      self.id = id
      self.model = model
      self.rule = rule
    }

    var encoder: PromptEncoder { PromptEncoder(model, rule: rule) }

    /// Opens transcoders once.
    func transcoders(at place: URL) throws -> TranscoderSet {
      try sets.withLock { sets in
        if let known = sets[place.path] { return known }
        let opened = try TranscoderSet(path: place.path)
        try opened.check(fits: model.transformer)
        sets[place.path] = opened
        return opened
      }
    }
  }

  private let home: MicroscopeHome
  private let share: MicroscopeShare
  private let given: LiveModelService.Given
  private let workers: Workers
  private let opened = Mutex<Opened?>(nil)
  /// Which models have a chat template, as far as is known.
  private let chats = Mutex<[String: Bool]>([:])

  init(home: MicroscopeHome, share: MicroscopeShare, given: LiveModelService.Given, workers: Workers) {
    self.home = home
    self.share = share
    self.given = given
    self.workers = workers
  }

  /// The models, the default first.
  private var models: [PresentItem] {
    let present = Catalogue.builtIn.presentModels(home: home, share: share)
    guard let model = given.model else {
      let first = present.filter { $0.name == Catalogue.defaultModelID }
      return first + present.filter { $0.name != Catalogue.defaultModelID }
    }
    return [PresentItem(name: model.name, location: model.location)]
      + present.filter { $0.name != model.name }
  }

  private func transcoders(of model: String) -> [PresentItem] {
    let present = Catalogue.builtIn.presentTranscoders(model: model, home: home, share: share)
    guard let set = given.transcoders, model == models.first?.name else { return present }
    return [PresentItem(name: set.name, location: set.location)] + present.filter { $0.name != set.name }
  }

  /// What the page is told.
  func list() -> [LiveModelInfo] {
    let loaded = opened.withLock { $0?.id }
    return models.enumerated().map { place, item in
      var sets = transcoders(of: item.name).enumerated().map {
        LiveModelInfo.Transcoders(id: $1.name, isDefault: $0 == 0)
      }
      sets.append(.init(id: "neurons", isDefault: sets.isEmpty))
      return LiveModelInfo(
        id: item.name, title: item.title, isDefault: place == 0, isLoaded: item.name == loaded,
        hasChat: chats.withLock { $0[item.name] }, transcoders: sets)
    }
  }

  /// The model of a request, read from its files when it is not the one in memory.
  func open(_ name: String?) throws(APIError) -> Opened {
    let models = models
    guard let item = name.map({ name in models.first { $0.name == name } }) ?? models.first else {
      throw APIError(
        .noSuchModel,
        name.map {
          "There is no model '\($0.prefix(80))' on this machine: run 'microscope pull', or choose another."
        }
          ?? "There is no model on this machine: run 'microscope pull \(Catalogue.defaultModelID)'.")
    }
    return try opened.withLock { (opened) throws(APIError) in
      if let opened, opened.id == item.name { return opened }
      do {
        // The old one's memory is free before the new one is read, unless somebody still works with it.
        opened = nil
        let model = try LanguageModel(path: item.location.path, workers: workers)
        let rule = Catalogue.builtIn.entry(id: item.name)?.firstToken ?? .modelDefault
        let made = Opened(item.name, model, rule)
        chats.withLock { $0[item.name] = model.tokenizer.chatTemplate != nil }
        opened = made
        return made
      } catch { throw APIError(.cannotRun, "\(error)") }
    }
  }

  /// The transcoders of a request; nil for neurons.
  ///
  /// A name is an id of the list, or what a set calls itself, which is what graph files keep.
  func transcoders(_ name: String?, for opened: Opened) throws(APIError) -> TranscoderSet? {
    guard name != "neurons" else { return nil }
    let items = transcoders(of: opened.id)
    do {
      guard let name else { return try items.first.map { try opened.transcoders(at: $0.location) } }
      if let item = items.first(where: { $0.name == name }) {
        return try opened.transcoders(at: item.location)
      }
      for item in items {
        if let set = try? opened.transcoders(at: item.location), set.name == name { return set }
      }
    } catch { throw APIError(.cannotRun, "\(error)") }
    throw APIError(
      .noSuchSet,
      "There are no transcoders '\(name?.prefix(80) ?? "")' of \(opened.id) on this machine: give --transcoders to 'serve'."
    )
  }
}
