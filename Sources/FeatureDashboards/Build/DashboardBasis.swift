public import LinearAlgebra
import ReplacementModels
public import Transcoders
public import Transformers

/// The features that dashboards are made of: those of transcoders, or a model's own neurons.
///
/// A feature counts as active where its activation is above 0. A neuron's is what it passes to the MLP's output weights; the
/// positions where that is negative are left out.
public enum DashboardBasis: Sendable {
  /// The features of a transcoder set.
  case transcoders(TranscoderSet)
  /// The neurons of every layer.
  case neurons

  /// What the features call themselves.
  public var name: String {
    switch self {
    case .transcoders(let set): set.name
    case .neurons: "neurons"
    }
  }

  /// The digest that a store of these features is opened with.
  public func identity(_ transformer: Transformer) -> String {
    switch self {
    case .transcoders(let set): BasisIdentity(set).description
    case .neurons: BasisIdentity(neuronsOf: transformer).description
    }
  }

  /// The features of each layer.
  public func featureCounts(_ transformer: Transformer) -> [Int] {
    switch self {
    case .transcoders(let set): set.transcoders.map(\.featureCount)
    case .neurons: transformer.weights.blocks.map(\.down.weight.columns)
    }
  }

  /// What has to be recorded of a layer so that its features' activations can be computed.
  public var hook: HookPoint.Kind {
    switch self {
    case .transcoders(let set): set.input.hook
    case .neurons: .mlpPost
    }
  }

  /// Returns a layer's activations above 0, a row for each position.
  ///
  /// - Parameter recorded: What ``hook`` holds there.
  public func activations(layer: Int, _ recorded: Matrix, _ workers: Workers) -> SparseActivations {
    switch self {
    case .transcoders(let set): set.positiveActivations(layer: layer, input: recorded, workers)
    case .neurons: recorded.entriesAboveZero(workers)
    }
  }

  /// Numbers that are held for each position of a passage.
  func width(_ transformer: Transformer) -> Int {
    switch self {
    case .transcoders: transformer.configuration.dModel
    case .neurons: transformer.weights.blocks.map(\.down.weight.columns).max() ?? 0
    }
  }

  /// Refuses transcoders of another model.
  public func check(_ transformer: Transformer) throws(TranscoderError) {
    guard case .transcoders(let set) = self else { return }
    let sizes = transformer.configuration
    guard set.layerCount == sizes.layerCount,
      set.transcoders.allSatisfy({ $0.encoder.width == sizes.dModel })
    else {
      throw .unfit(
        name: set.name, problem: "the model has \(sizes.layerCount) layers of width \(sizes.dModel)")
    }
  }
}
