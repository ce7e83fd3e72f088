import FeatureDashboards
import Interventions
import LinearAlgebra
import ReplacementModels
import Tokenizers
import Transcoders
import Transformers
public import Viewer

extension LiveModelService {
  /// Finds the features that are active on a prompt.
  ///
  /// They are ranked by how their greatest activation compares with the greatest that their dashboards know, those
  /// without dashboards by the activation itself; each has all its positions.
  public func activeFeatures(_ request: ActiveFeaturesRequest) throws(APIError) -> ActiveFeaturesAnswer {
    let opened = try shelf.open(request.subject.model)
    let tokens = try tokens(of: request.subject, opened, code: .cannotRun)
    let set = try shelf.transcoders(request.subject.transcoders, for: opened)
    let transformer = opened.model.transformer
    let basis: any SteerableBasis = set ?? ModelNeurons(transformer)
    let hooks = (0..<transformer.configuration.layerCount).map { HookPoint(basis.input.hook, layer: $0) }
    let run = transformer.run(tokens, recording: Set(hooks), logits: .last)
    let inputs = run.activations.matrices(basis.input.hook)
    guard inputs.allSatisfy(\.isFinite) else {
      throw APIError(.cannotRun, "What the features read is not a number: the model's weights are damaged.")
    }
    let name = LiveModelService.setID(opened, set)
    let active = LiveModelService.grouped(basis.activations(inputs: inputs, transformer.workers))
    return ActiveFeaturesAnswer(
      tokens: tokens.map { LivePiece(id: $0, piece: opened.model.tokenizer.piece($0)) },
      activeCount: active.count, set: name, features: ranked(active, in: name, limit: request.limit))
  }

  /// The positions and values of each feature.
  private static func grouped(_ activations: FeatureActivations) -> [ActiveFeaturesAnswer.Feature] {
    var places: [FeatureName: Int] = [:]
    var features: [ActiveFeaturesAnswer.Feature] = []
    for (site, value) in zip(activations.sites, activations.values) where value != 0 {
      let name = FeatureName(layer: site.layer, index: site.index)
      if places[name] == nil {
        places[name] = features.count
        features.append(
          .init(layer: site.layer, index: site.index, peak: 0, total: 0, positions: [], values: []))
      }
      guard let place = places[name] else { continue }
      features[place].positions.append(site.position)
      features[place].values.append(value)
      features[place].total += value
      if abs(value) > abs(features[place].peak) { features[place].peak = value }
    }
    return features
  }

  private func ranked(
    _ features: [ActiveFeaturesAnswer.Feature], in set: String, limit: Int
  ) -> [ActiveFeaturesAnswer.Feature] {
    // Labels are looked up for more than are shown, so that the rank by what is usual means something.
    let strongest = features.sorted {
      (abs($1.peak), $0.layer, $0.index) < (abs($0.peak), $1.layer, $1.index)
    }
    .prefix(min(500, 4 * limit))
    let names = strongest.map { LibraryName(layer: $0.layer, index: $0.index) }
    guard let library, let found = try? library.cards(names, in: set), !found.isEmpty else {
      return Array(strongest.prefix(limit))
    }
    let cards = Dictionary(found.map { (LibraryName(layer: $0.layer, index: $0.index), $0) }) { $1 }
    let known = strongest.map { feature -> (feature: ActiveFeaturesAnswer.Feature, share: Float) in
      var feature = feature
      guard let card = cards[LibraryName(layer: feature.layer, index: feature.index)] else {
        return (feature, 0)
      }
      feature.label = card.label?.text
      feature.origin = card.label?.origin
      feature.density = card.density
      return (feature, card.peak > 0 ? feature.peak / card.peak : 0)
    }
    return known.sorted {
      ($1.share, $0.feature.layer, $0.feature.index) < ($0.share, $1.feature.layer, $1.feature.index)
    }
    .prefix(limit).map(\.feature)
  }
}
