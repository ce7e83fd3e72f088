import CircuitGraphs
import LinearAlgebra
import ReplacementModels
import Transcoders
import Transformers

extension LocalReplacementModel {
  /// Returns the place of a feature in the list of active ones, which must have it.
  func place(of feature: FeatureNode) -> Int {
    let range = features.range(layer: feature.layer, position: feature.position)
    guard let place = range.first(where: { features.sites[$0].index == feature.index }) else {
      preconditionFailure("\(feature) is not active")
    }
    return place
  }

  /// Returns the directions of the residual stream that features of one layer read, `[sites, dModel]`.
  func readDirections(of sites: ArraySlice<FeatureSite>) -> Matrix {
    guard let layer = sites.first?.layer else {
      return Matrix(rows: 0, columns: transformer.configuration.dModel)
    }
    return pass.readDirections(
      basis.readVectors(layer: layer, sites: sites), layer: layer, positions: sites.map(\.position),
      hook: inputHook)
  }

  /// Returns the directions of the residual stream behind the last block that outputs read, `[targets, dModel]`.
  func readDirections(of targets: [AttributionTarget]) -> Matrix {
    let vectors = Matrix(
      rows: targets.count, columns: transformer.configuration.dModel, storage: targets.flatMap(\.direction))
    return pass.readDirections(throughFinalNorm: vectors, position: positionCount - 1)
  }

  /// Returns the skip connection beside a layer's MLP as gradients meet it, nil where there is none.
  func pulledSkip(_ layer: Int) -> PulledSkip? {
    basis.skip(layer: layer).map { skip in
      pass.pulledSkip(
        skip.widened(transformer.workers), layer: layer, input: inputHook, output: outputHook)
    }
  }
}
