public import LinearAlgebra

/// What a forward pass recorded, by place.
public struct ActivationCache: Sendable {
  /// The places to record.
  public let wanted: Set<HookPoint>
  private var matrices: [HookPoint: Matrix] = [:]
  private var patterns: [Int: AttentionPattern] = [:]

  /// Makes an empty cache for `wanted`.
  public init(recording wanted: Set<HookPoint> = []) { self.wanted = wanted }

  /// The value recorded at a place, or nil.
  public subscript(_ kind: HookPoint.Kind, _ layer: Int = 0) -> Matrix? {
    matrices[HookPoint(kind, layer: layer)]
  }

  /// The attention pattern recorded at a layer, or nil.
  public func pattern(_ layer: Int) -> AttentionPattern? { patterns[layer] }

  /// The places that hold a value, in the order of the forward pass.
  public func recorded(layerCount: Int) -> [HookPoint] {
    HookPoint.all(layerCount: layerCount).filter { point in
      point.kind == .pattern ? patterns[point.layer] != nil : matrices[point] != nil
    }
  }

  mutating func record(_ kind: HookPoint.Kind, _ layer: Int = 0, _ value: @autoclosure () -> Matrix) {
    let point = HookPoint(kind, layer: layer)
    if wanted.contains(point) { matrices[point] = value() }
  }

  mutating func forget(_ kind: HookPoint.Kind, _ layer: Int) {
    matrices[HookPoint(kind, layer: layer)] = nil
  }

  mutating func record(_ layer: Int, _ pattern: AttentionPattern) {
    if wanted.contains(HookPoint(.pattern, layer: layer)) { patterns[layer] = pattern }
  }
}
