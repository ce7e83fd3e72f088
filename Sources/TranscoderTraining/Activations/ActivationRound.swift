import LinearAlgebra
import Transcoders
import Transformers

/// What the MLPs of a model read and gave at many positions, to be drawn from in any order.
struct ActivationRound: Sendable {
  /// What each layer's features read, `[tokens, dModel]`.
  let inputs: [ActivationStore]
  /// What they reconstruct.
  let outputs: [ActivationStore]

  /// The positions that stem from the model as it is, in order.
  var cleanRows: [Int] = []

  /// The number of positions.
  var tokenCount: Int { inputs.first?.rows ?? 0 }

  /// Makes room.
  init(tokens: Int, layerCount: Int, width: Int) {
    inputs = (0..<layerCount).map { _ in ActivationStore(rows: tokens, columns: width) }
    outputs = (0..<layerCount).map { _ in ActivationStore(rows: tokens, columns: width) }
  }
}

extension FeatureInput {
  /// The model's place of that name.
  var hook: HookPoint.Kind {
    switch self {
    case .residMid: .residMid
    case .mlpNormalized: .mlpNormalized
    case .mlpIn: .mlpIn
    }
  }
}

extension FeatureOutput {
  /// The model's place of that name.
  var hook: HookPoint.Kind {
    switch self {
    case .mlpRawOut: .mlpRawOut
    case .mlpOut: .mlpOut
    }
  }
}
