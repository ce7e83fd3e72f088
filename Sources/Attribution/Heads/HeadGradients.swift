import LinearAlgebra
import ReplacementModels
import Transformers

/// A target of edges: what it reads of the residual stream.
struct StreamTarget {
  /// The layer at whose input place it reads; the number of layers for an output.
  let layer: Int
  let position: Int
  /// The direction that it reads, `[dModel]`.
  let direction: [Float]
}

/// The gradients of some targets at the outputs of all heads.
///
/// One walk down the frozen model as in `RowSweep`, which also carries position 0 and keeps what it meets: a head's
/// output is where the paths from a source and the paths to a target meet.
struct HeadGradients {
  /// The targets, those of higher layers first.
  let targets: [StreamTarget]
  /// At each layer those of the targets that read behind its attention, over all paths,
  /// `[targets · positions, headCount · dHead]`.
  private(set) var whole: [Matrix]
  /// The same over the paths that pass no attention further up, at the target's position,
  /// `[targets, headCount · dHead]`.
  private(set) var straight: [Matrix]

  init(_ model: LocalReplacementModel, _ targets: [StreamTarget]) {
    self.targets = targets
    let width = model.transformer.configuration.dModel
    whole = Array(repeating: Matrix(rows: 0, columns: width), count: model.layerCount)
    straight = whole
    var walk = HeadGradientWalk(targets, positionCount: model.positionCount, width: width)
    walk.join(model.layerCount)
    let top = targets.first?.layer ?? -1
    for layer in (0..<model.layerCount).reversed() where layer <= top {
      let map = LinearLayer(model, layer)
      if model.transformer.configuration.hasParallelResidual {
        let behind = (whole: walk.whole, straight: walk.straight)
        keep(layer, map, behind.whole, behind.straight)
        walk.addSkips(map, of: behind.whole, behind.straight)
        if !whole[layer].isEmpty { walk.whole += map.pulled(whole[layer]) }
        walk.join(layer)
      } else {
        walk.addSkips(map, of: walk.whole, walk.straight)
        walk.join(layer)
        keep(layer, map, walk.whole, walk.straight)
        if !whole[layer].isEmpty { walk.whole += map.pulled(whole[layer]) }
      }
    }
  }

  private mutating func keep(_ layer: Int, _ map: LinearLayer, _ whole: Matrix, _ straight: Matrix) {
    guard !whole.isEmpty else { return }
    self.whole[layer] = map.headGradients(whole)
    self.straight[layer] = map.headGradients(straight)
  }
}

extension Matrix {
  /// Whether it has no rows.
  var isEmpty: Bool { rows == 0 }
}

/// The gradients in the residual stream on their way down; targets join at the layer that they read.
private struct HeadGradientWalk {
  private let targets: [StreamTarget]
  private let positionCount: Int
  /// `[joined targets · positions, dModel]`.
  var whole: Matrix
  /// `[joined targets, dModel]`.
  var straight: Matrix

  init(_ targets: [StreamTarget], positionCount: Int, width: Int) {
    self.targets = targets
    self.positionCount = positionCount
    whole = Matrix(rows: 0, columns: width)
    straight = whole
  }

  mutating func join(_ layer: Int) {
    let joining = targets[straight.rows...].prefix { $0.layer >= layer }
    guard !joining.isEmpty else { return }
    var blocks = Matrix(rows: joining.count * positionCount, columns: whole.columns)
    for (index, target) in joining.enumerated() {
      blocks[row: index * positionCount + target.position] = target.direction[...]
    }
    whole = whole.appendingRows(of: blocks)
    straight = straight.appendingRows(
      of: Matrix(rows: joining.count, columns: whole.columns, storage: joining.flatMap(\.direction)))
  }

  mutating func addSkips(_ map: LinearLayer, of whole: Matrix, _ straight: Matrix) {
    guard !whole.isEmpty else { return }
    map.addSkipGradient(of: whole, to: &self.whole)
    let positions = targets.prefix(straight.rows).map(\.position)
    map.addSkipGradient(of: straight, positions: positions, to: &self.straight)
  }
}
