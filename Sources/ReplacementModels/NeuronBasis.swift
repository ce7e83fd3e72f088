public import LinearAlgebra
public import Transcoders
import Transformers

/// A model's own neurons as features: no training, any model.
///
/// A neuron of a gated MLP gives `a = φ(g) · u` with g = W_gate x, u = W_up x. At the prompt this is made linear by the
/// identity rule on φ and the half rule on the product (RelP, arXiv 2508.21258): it reads
/// `½ · (φ(g) / g) · u · w_gate + ½ · φ(g) · w_up`, which applied to x gives back a, and writes its column of W_down.
/// Without a gate it reads `(φ(h) / h) · w_up`. So a basis belongs to one prompt.
public struct NeuronBasis: FeatureBasis {
  /// What the MLP reads, after its norm.
  public let input = FeatureInput.mlpIn
  /// What the MLP gives, before a norm behind it.
  public let output = FeatureOutput.mlpRawOut
  /// The chosen neurons with their activations.
  public let features: FeatureActivations

  private let blocks: [BlockWeights]
  private let reads: [FeatureSite: NeuronRead]
  private let writers: [LayerWriters]

  /// The number of layers.
  public var layerCount: Int { blocks.count }

  init(_ transformer: Transformer, _ features: FeatureActivations, reads: [FeatureSite: NeuronRead]) {
    self.features = features
    self.reads = reads
    blocks = transformer.weights.blocks
    writers = transformer.weights.blocks.enumerated().map { layer, block in
      let sites = features.sites[features.range(layer: layer, positions: 0..<features.positionCount)]
      return LayerWriters(block.down.weight, neurons: Set(sites.map(\.index)))
    }
  }

  /// Returns the vectors with which neurons, made linear at their positions, read the MLP's input.
  public func readVectors(layer: Int, sites: ArraySlice<FeatureSite>) -> Matrix {
    let indices = sites.map(\.index)
    let found = sites.map { reads[$0] ?? NeuronRead(gate: 0, up: 0) }
    var vectors = blocks[layer].up.weight.gathered(indices)
    vectors.scaleRows(by: found.map(\.up))
    if let gate = blocks[layer].gate {
      var gated = gate.weight.gathered(indices)
      gated.scaleRows(by: found.map(\.gate))
      vectors += gated
    }
    return vectors
  }

  /// Returns what the biases of gate and branch contribute to a neuron's activation.
  public func readBias(_ site: FeatureSite) -> Float {
    guard let read = reads[site] else { return 0 }
    let block = blocks[site.layer]
    return read.up * (block.up.bias?[site.index] ?? 0) + read.gate * (block.gate?.bias?[site.index] ?? 0)
  }

  /// Returns the columns of W_down that belong to chosen neurons.
  public func writeVectors(layer: Int, outputLayer: Int) -> StoredMatrix? {
    layer == outputLayer ? writers[layer].vectors : nil
  }

  /// Returns a neuron's place among the chosen ones of its layer.
  public func writeRow(layer: Int, index: Int) -> Int { writers[layer].rowOfNeuron[index] ?? 0 }

  /// Returns the bias of W_down.
  public func outputBias(layer: Int) -> [Float]? { blocks[layer].down.bias }

  /// Returns nil: nothing passes beside the neurons.
  public func skip(layer: Int) -> StoredMatrix? { nil }
}

/// How much of its gate's row and of its branch's row a neuron reads at a position.
struct NeuronRead: Sendable {
  var gate: Float
  var up: Float

  init(gate: Float, up: Float) {
    self.gate = gate
    self.up = up
  }

  /// Makes a neuron linear at gate g and branch u.
  init(_ activation: ElementwiseActivation, gate g: Float, branch u: Float) {
    gate = 0.5 * activation.ratio(g) * u
    up = 0.5 * activation.value(g)
  }

  /// Makes a neuron without a gate linear at its pre-activation h.
  init(_ activation: ElementwiseActivation, preActivation h: Float) {
    gate = 0
    up = activation.ratio(h)
  }
}

/// The columns of one layer's W_down that belong to chosen neurons, one a row.
private struct LayerWriters: Sendable {
  let vectors: StoredMatrix
  let rowOfNeuron: [Int: Int]

  init(_ down: StoredMatrix, neurons: Set<Int>) {
    let order = neurons.sorted()
    vectors = StoredMatrix(down.gathered(columns: order))
    rowOfNeuron = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
  }
}
