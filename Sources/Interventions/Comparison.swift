import CircuitGraphs
import Transcoders

/// What interventions did beside what the graph predicted.
public struct Comparison: Sendable, Codable {
  /// One node or group.
  public struct Line: Sendable, Codable, Hashable {
    /// The logit's token, or the supernode's name.
    public var name: String
    /// What the graph predicts over one edge.
    public var firstHop: Float
    /// What the graph predicts over all paths.
    public var predicted: Float
    /// What happened.
    public var observed: Float
  }

  /// The change of each of the graph's tokens' logits, above the mean of all logits.
  public var logits: [Line]
  /// The change of each supernode's summed activation, as a share of what it was.
  public var supernodes: [Line]
  /// Over the graph's logits.
  public var logitAgreement: Agreement
  /// Over the graph's features that were not changed on purpose.
  public var featureAgreement: Agreement

  /// Compares a run with a graph of the same prompt.
  ///
  /// - Parameters:
  ///   - changes: As for `Prediction`.
  ///   - piece: The text of a token.
  init(
    _ graph: AttributionGraph, _ supernodes: [Supernode], changes: [Int: Float],
    before: InterventionOutcome, after: InterventionOutcome, piece: (Int) -> String
  ) {
    let layout = graph.layout
    let prediction = Prediction(graph, changes: changes)
    let sites = layout.features.map { FeatureSite(layer: $0.layer, position: $0.position, index: $0.index) }
    var gains = zip(after.activations(of: sites), before.activations(of: sites)).map { $0 - $1 }
    // What was changed on purpose contributes what was asked for, whatever the model would read there.
    for (node, change) in changes where layout.featureRange.contains(node) {
      gains[node] = change * graph.activations[node]
    }
    logits = zip(layout.logitRange, graph.logits).compactMap { node, logit in
      guard let now = after.logit(logit.vocabularyIndex), let then = before.logit(logit.vocabularyIndex)
      else { return nil }
      return Line(
        name: piece(logit.vocabularyIndex), firstHop: prediction.firstHop[node],
        predicted: prediction.total[node],
        observed: now - then)
    }
    self.supernodes = supernodes.compactMap { supernode in
      let members = supernode.members.compactMap { layout.index(of: $0) }.filter(layout.featureRange.contains)
      let whole = members.reduce(0) { $0 + graph.activations[$1] }
      guard whole != 0 else { return nil }
      let share = { (gain: (Int) -> Float) in members.reduce(0) { $0 + gain($1) } / whole }
      let asked = { (values: [Float]) in
        share { node in changes[node].map { $0 * graph.activations[node] } ?? values[node] }
      }
      return Line(
        name: supernode.name, firstHop: asked(prediction.firstHop), predicted: asked(prediction.total),
        observed: share { gains[$0] })
    }
    logitAgreement = Agreement(predicted: logits.map(\.predicted), observed: logits.map(\.observed))
    let untouched = layout.featureRange.filter { changes[$0] == nil }
    featureAgreement = Agreement(
      predicted: untouched.map { prediction.total[$0] }, observed: untouched.map { gains[$0] })
  }
}

extension InterventionOutcome {
  /// A logit above the mean of all logits; nil for a direction that is no token.
  fileprivate func logit(_ index: Int) -> Float? {
    guard logits.indices.contains(index) else { return nil }
    return logits[index] - Float(logits.reduce(0.0) { $0 + Double($1) } / Double(logits.count))
  }
}
