import LinearAlgebra

/// The keys and values of the positions that a model has already read, so that it need not read them again.
public struct KeyValueCache: Sendable {
  /// How many positions it holds.
  public internal(set) var positionCount = 0
  private var keys: [Matrix?]
  private var values: [Matrix?]

  /// Makes an empty cache for `layerCount` layers.
  public init(layerCount: Int) {
    keys = Array(repeating: nil, count: layerCount)
    values = Array(repeating: nil, count: layerCount)
  }

  /// Appends a layer's new keys and values, `[new positions, groupCount · dHead]`, and returns all of them.
  mutating func append(layer: Int, keys newKeys: Matrix, values newValues: Matrix) -> (
    keys: Matrix, values: Matrix
  ) {
    let allKeys = keys[layer].map { $0.appendingRows(of: newKeys) } ?? newKeys
    let allValues = values[layer].map { $0.appendingRows(of: newValues) } ?? newValues
    keys[layer] = allKeys
    values[layer] = allValues
    return (allKeys, allValues)
  }

  /// Returns what remains when, from `layer` on, all but the first `positions` positions are forgotten; the layers
  /// below keep theirs, so that a pass can be run again from `layer` on.
  public func rewound(toPosition positions: Int, from layer: Int) -> KeyValueCache {
    precondition(positions <= positionCount, "\(positions) of \(positionCount) positions")
    var result = self
    result.positionCount = positions
    for layer in layer..<keys.count {
      result.keys[layer] = positions == 0 ? nil : keys[layer]?[rows: 0..<positions]
      result.values[layer] = positions == 0 ? nil : values[layer]?[rows: 0..<positions]
    }
    return result
  }
}
