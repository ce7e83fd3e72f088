import FeatureDashboards
import Foundation
import LinearAlgebra
import TranscoderTraining
import Transcoders
import Transformers
import _TestSupport

/// A small corpus, a model that reads it, and features.
struct DashboardCorpus {
  let model: LanguageModel
  let basis: DashboardBasis
  let corpus: TextCorpus
  var settings = DashboardSettings()

  /// The forms of features that builds are tested with.
  enum Form: String, CaseIterable, CustomStringConvertible {
    case relu, jumpReLU, topK, crossLayer, neurons
    var description: String { rawValue }
  }

  init(_ form: Form, seed: UInt64 = 3, documents: Int = 60) throws {
    model = try LanguageModel(path: Golden.path("tiny/llama/model"))
    let sizes = model.transformer.configuration
    let recipe = TinyTranscoders { recipe in
      switch form {
      case .relu, .neurons: break
      case .jumpReLU: recipe.activation = .jumpReLU
      case .topK: recipe.activation = .rectifiedTopK(3)
      case .crossLayer: recipe.isCrossLayer = true
      }
    }
    basis =
      form == .neurons
      ? .neurons : .transcoders(recipe.set(layerCount: sizes.layerCount, dModel: sizes.dModel, seed: seed))
    let words = [
      "the", "cat", "sat", "on", "a", "mat", "and", "saw", "two", "big", "dogs", "run", "Paris", "is",
    ]
    var random = SplitMix64(seed: seed)
    corpus = TextCorpus(
      documents: (0..<documents).map { _ in
        let length = Int.random(in: 5..<60, using: &random)
        return (0..<length).map { _ in words[Int.random(in: 0..<words.count, using: &random)] }.joined(
          separator: " ")
      })
    (settings.tokens, settings.contextLength, settings.topCount) = (24 * 70, 24, 6)
    (settings.quantileCount, settings.window, settings.listLength) = (2, 5, 4)
  }

  func builder(threads: Int = 2) throws -> DashboardBuilder {
    let source = DashboardBuilder.Source(
      model: model, modelName: "tiny", basis: basis, corpus: corpus, corpusName: "words", first: 1)
    return try DashboardBuilder(source, settings, Workers(count: threads))
  }

  /// Builds a store in a folder.
  func build(in folder: borrowing TemporaryFolder, _ name: String = "store.sqlite", threads: Int = 2) throws
    -> DashboardStore
  {
    let file = folder.file(name)
    _ = try builder(threads: threads).build(to: file, progress: { _ in })
    return try DashboardStore(file, identity: basis.identity(model.transformer))
  }
}

/// A folder that vanishes.
struct TemporaryFolder: ~Copyable {
  let url = FileManager.default.temporaryDirectory.appending(
    component: "dashboards-\(UInt64.random(in: 0...UInt64.max))")

  init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(at: url) }

  func file(_ name: String) -> URL { url.appending(component: name) }

  /// The names in it.
  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted() }
}

extension DashboardStore {
  /// All dashboards, in order.
  func all() throws -> [FeatureDashboard] {
    var all: [FeatureDashboard] = []
    try forEachDashboard { all.append($0) }
    return all
  }
}
