import LinearAlgebra
public import Transcoders
import Transformers

extension LocalReplacementModel {
  /// Returns the local replacement model of the first `count` positions alone.
  ///
  /// The model is causal: what it does at a position does not depend on later ones, and transcoders read one position at a
  /// time, so nothing is computed anew. Neurons are chosen for the outputs of one prompt; their bases have no prefixes.
  ///
  /// - Parameters:
  ///   - count: From 1 to the number of positions.
  ///   - logits: The model's logits at the last of these positions, `[dVocab]`.
  public func prefix(_ count: Int, logits: [Float]) -> LocalReplacementModel {
    precondition(basis is TranscoderSet, "a prefix of neurons")
    precondition((1...positionCount).contains(count), "\(count) of \(positionCount) positions")
    let places = features.sites.indices.filter { features.sites[$0].position < count }
    let kept = FeatureActivations(
      layerCount: features.layerCount, positionCount: count, sites: places.map { features.sites[$0] },
      values: places.map { features.values[$0] })
    return LocalReplacementModel(
      tokens: Array(tokens.prefix(count)), pass: pass.prefix(count), basis: basis, features: kept,
      inputs: inputs.map { $0[rows: 0..<count] }, errors: errors.map { $0[rows: 0..<count] },
      outputs: outputs.map { $0[rows: 0..<count] }, embeddings: embeddings[rows: 0..<count], logits: logits)
  }

  /// Returns the same with some silent features as if they were active, so that a graph can show what they would do.
  ///
  /// Everything else stays: errors are those of the model's own pass, so what the added features do comes on top of a sum
  /// that is complete without them. Their edges are direct effects under full freeze (biology paper, "inactive features").
  ///
  /// - Parameter assumed: Features that are not active here, none at position 0, with the activations to assume.
  public func assuming(_ assumed: [FeatureSite: Float]) -> LocalReplacementModel {
    precondition(basis is TranscoderSet, "neurons are never silent")
    var values = Dictionary(uniqueKeysWithValues: zip(features.sites, features.values))
    for (site, value) in assumed {
      precondition(
        values[site] == nil && (1..<positionCount).contains(site.position), "\(site) cannot be assumed")
      values[site] = value
    }
    let sites = values.keys.sorted()
    let all = FeatureActivations(
      layerCount: features.layerCount, positionCount: positionCount, sites: sites,
      values: sites.map { values[$0] ?? 0 })
    return LocalReplacementModel(
      tokens: tokens, pass: pass, basis: basis, features: all, inputs: inputs, errors: errors,
      outputs: outputs, embeddings: embeddings, logits: logits)
  }
}
