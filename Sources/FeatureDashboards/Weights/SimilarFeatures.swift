public import LinearAlgebra

/// A feature that writes what another does.
public struct SimilarFeature: Sendable, Equatable, Codable {
  /// The other feature.
  public var name: FeatureName
  /// The cosine of what both write.
  public var cosine: Float
}

extension FeatureWrites {
  /// Returns the features that write most nearly what one does, the most similar first.
  ///
  /// The cosine is that of the decoders: for cross-layer features over all output layers, where a layer to which only one of
  /// them writes counts as 0; else of the two vectors, whichever layers they belong to.
  ///
  /// - Parameter limit: How many to return.
  public func similar(to name: FeatureName, limit: Int, _ workers: Workers) -> [SimilarFeature] {
    let own = outputLayers(name.layer).map { ($0, vectors(name.layer, [name.index], outputLayer: $0)) }
    let square = own.reduce(Float(0)) { $0 + dot($1.1[row: 0], $1.1[row: 0]) }
    guard square > 0 else { return [] }
    var best: [SimilarFeature] = []
    for layer in featureCounts.indices {
      let cosines = cosines(own, square, layer, workers)
      for (index, cosine) in cosines.enumerated() where FeatureName(layer: layer, index: index) != name {
        best.append(SimilarFeature(name: FeatureName(layer: layer, index: index), cosine: cosine))
      }
      best.sort { ($0.cosine, $1.name) > ($1.cosine, $0.name) }
      best.removeLast(max(0, best.count - limit))
    }
    return best
  }

  /// The cosines of one feature with each of a layer; 0 for those that write nothing.
  private func cosines(
    _ own: [(layer: Int, vector: Matrix)], _ square: Float, _ layer: Int, _ workers: Workers
  ) -> [Float] {
    var products = [Float](repeating: 0, count: featureCounts[layer])
    var squares = products
    for output in outputLayers(layer) {
      for (index, value) in self.squares(layer, outputLayer: output, workers).enumerated() {
        squares[index] += value
      }
      guard let vector = isCrossLayer ? own.first(where: { $0.layer == output })?.vector : own.first?.vector
      else { continue }
      let row = self.products(vector, layer, outputLayer: output, workers)
      for index in products.indices { products[index] += row[0, index] }
    }
    return zip(products, squares).map { $1 > 0 ? $0 / ($1 * square).squareRoot() : 0 }
  }
}
