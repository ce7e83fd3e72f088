import FeatureDashboards
import Foundation

/// A store of features that are active on one word each, in a temporary folder that vanishes with it.
final class SmallStore: Sendable {
  let folder: URL
  let store: DashboardStore
  static let words = (0..<60).map { " word\($0)" }

  /// Makes a store of `count` features, all of layer 3.
  init(_ count: Int) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "endpoint-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let info = DashboardInfo(
      identity: "tiny", basis: "tiny", model: "tiny", featureCounts: [0, 0, 0, count], corpus: "words",
      tokenCount: 6000, positionCount: 6000)
    store = try DashboardStore(
      creating: folder.appending(component: "tiny.sqlite"), info: info, texts: SmallStore.words)
    let passages = (0..<60).map { id in
      Passage(id: id, tokens: SmallStore.passage(id), documents: Array(repeating: id, count: 100))
    }
    try store.write(passages)
    try store.write((0..<count).map(SmallStore.dashboard))
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Opens the same file once more.
  func reopened() throws -> DashboardStore {
    try DashboardStore(store.file, identity: "tiny")
  }

  /// All features.
  var names: [FeatureName] { (0..<store.info.featureCounts[3]).map { FeatureName(layer: 3, index: $0) } }

  static func passage(_ id: Int) -> [Int] { (0..<100).map { ($0 * 7 + id * 13) % 60 } }

  /// Feature i is active on word i, in every passage.
  private static func dashboard(_ index: Int) -> FeatureDashboard {
    let examples = (0..<40).map { passage -> FeatureExample in
      let tokens = SmallStore.passage(passage)
      let place = tokens.firstIndex(of: index % 60) ?? 0
      let range = max(0, place - 32)..<min(100, place + 33)
      return FeatureExample(
        passage: passage, start: range.lowerBound, document: passage, tokens: Array(tokens[range]),
        activations: range.map { tokens[$0] == index % 60 ? 2 : 0 }, focus: place - range.lowerBound)
    }
    return FeatureDashboard(
      name: FeatureName(layer: 3, index: index), density: 1.0 / 60, activePositions: 100, meanActivation: 2,
      activationRange: ActivationRange(least: 2, greatest: 2),
      histogram: ActivationHistogram(greatest: 2, counts: [0, 100]),
      exampleGroups: [
        ExampleGroup(name: "Top activations", examples: Array(examples[..<20])),
        ExampleGroup(name: "quantile 1", examples: Array(examples[20..<30])),
        ExampleGroup(name: "quantile 2", examples: Array(examples[30...])),
      ], firingTokens: [FiringToken(token: index % 60, count: 100, meanActivation: 2)])
  }
}
