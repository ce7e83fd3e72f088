/// The features that are active on a prompt, in the order of layer, position and index.
public struct FeatureActivations: Sendable, Equatable {
  /// The number of layers.
  public let layerCount: Int
  /// The number of positions.
  public let positionCount: Int
  /// The features, in order.
  public let sites: [FeatureSite]
  /// The activation of each.
  public let values: [Float]
  /// Where the features of each (layer, position) begin, and one past the last.
  private let starts: [Int]

  /// Makes the list; `sites` must be in order and within the sizes.
  public init(layerCount: Int, positionCount: Int, sites: [FeatureSite], values: [Float]) {
    precondition(sites.count == values.count, "\(sites.count) features, \(values.count) activations")
    self.layerCount = layerCount
    self.positionCount = positionCount
    self.sites = sites
    self.values = values
    var starts = [Int](repeating: 0, count: layerCount * positionCount + 1)
    for site in sites { starts[site.layer * positionCount + site.position + 1] += 1 }
    for place in 1..<starts.count { starts[place] += starts[place - 1] }
    self.starts = starts
  }

  /// The number of active features.
  public var count: Int { sites.count }

  /// The places in the list of the features of a layer at a position.
  public func range(layer: Int, position: Int) -> Range<Int> {
    let place = layer * positionCount + position
    return starts[place]..<starts[place + 1]
  }

  /// The places in the list of the features of a layer at some positions.
  public func range(layer: Int, positions: Range<Int>) -> Range<Int> {
    let place = layer * positionCount
    return starts[place + positions.lowerBound]..<starts[place + positions.upperBound]
  }
}
