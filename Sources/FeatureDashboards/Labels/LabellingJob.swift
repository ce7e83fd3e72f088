import Foundation

/// Asks a language model for the labels of features.
///
/// Features that have a label of this model and prompt already, or a person's, are not asked for, so a run that was stopped
/// goes on where it was.
public struct LabellingJob: EndpointJob {
  /// The features to label.
  public let items: [FeatureName]
  /// How many features a request has.
  public let batch: Int
  private let store: DashboardStore
  private let style: PromptStyle
  private let origin: FeatureLabel.Origin

  /// The most tokens of an answer to one feature; explanations may think aloud first.
  public var maxTokens: Int { style == .examples ? 500 : 60 }
  /// About how many tokens an answer has.
  public var usualTokens: Int { style == .examples ? 100 : 16 }

  /// Prepares the work.
  ///
  /// - Parameters:
  ///   - names: The features that should have labels, in the order of asking.
  ///   - model: The language model's name.
  ///   - batch: Features in a request; `examples` has always one.
  public init(
    _ names: [FeatureName], in store: DashboardStore, style: PromptStyle, model: String, batch: Int
  ) throws(DashboardError) {
    origin = .model(name: model, prompt: style.id)
    let done = Set(try store.names(labelledBy: origin) + store.names(labelledBy: .person))
    items = names.filter { !done.contains($0) }
    self.batch = style == .examples ? 1 : batch
    self.store = store
    self.style = style
  }

  /// Writes the request; features without examples have none.
  public func messages(for items: [FeatureName]) throws -> [EndpointMessage]? {
    let shown = try store.dashboards(items).filter { $0.exampleGroups.contains { !$0.examples.isEmpty } }
    return shown.isEmpty ? nil : style.messages(shown, store.texts)
  }

  /// Finds labels.
  public func answers(in text: String, to items: [FeatureName]) -> [FeatureName: String] {
    style.labels(in: text, to: items)
  }

  /// Keeps labels and their cost.
  public func record(_ answers: [FeatureName: String], _ usage: TokenUsage) throws {
    let time = Date().timeIntervalSince1970
    let labels = answers.sorted { $0.key < $1.key }.map { name, text in
      (
        name: name,
        label: FeatureLabel(text: text, origin: origin, evidence: "its strongest examples", time: time)
      )
    }
    try store.record(labels, usage, for: "label")
  }
}
