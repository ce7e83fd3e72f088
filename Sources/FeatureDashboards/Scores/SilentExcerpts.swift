public import LinearAlgebra

/// Excerpts of text with the features that are active in them, from which those without a feature are taken.
public struct SilentExcerpts: Sendable {
  private let excerpts: [FeatureExample]
  /// The excerpts in which a feature is active.
  private let active: [FeatureName: Set<Int>]

  /// Reads passages.
  ///
  /// - Parameter names: The features that will be asked for.
  public init(
    _ passages: [Passage], names: Set<FeatureName>, _ reader: some ActivityReader, _ workers: Workers
  ) {
    let width = 2 * QuestionWriter.reach + 1
    let read = workers.map(passages) { passage in
      reader.activity(passage.tokens).map { place in place.map(\.name).filter(names.contains) }
    }
    var (excerpts, active): ([FeatureExample], [FeatureName: Set<Int>]) = ([], [:])
    for (passage, activity) in zip(passages, read) {
      for start in stride(from: 0, through: passage.tokens.count - width, by: width) {
        for name in activity[start..<start + width].joined() {
          active[name, default: []].insert(excerpts.count)
        }
        excerpts.append(
          FeatureExample(
            passage: passage.id, start: start, document: passage.documents[start],
            tokens: Array(passage.tokens[start..<start + width]),
            activations: Array(repeating: 0, count: width),
            focus: QuestionWriter.reach))
      }
    }
    self.excerpts = excerpts
    self.active = active
  }

  /// Returns random excerpts in which a feature is not active, at most `count`.
  func without(_ name: FeatureName, count: Int, _ random: inout SplitMix64) -> [FeatureExample] {
    guard !excerpts.isEmpty else { return [] }
    let active = active[name] ?? []
    var chosen: [Int] = []
    for _ in 0..<20 * count where chosen.count < count {
      let place = Int(random.next() % UInt64(excerpts.count))
      if !active.contains(place), !chosen.contains(place) { chosen.append(place) }
    }
    return chosen.map { excerpts[$0] }
  }
}
