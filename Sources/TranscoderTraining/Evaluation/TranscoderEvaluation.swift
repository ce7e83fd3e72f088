import Foundation
public import LinearAlgebra
public import Transcoders
public import Transformers

/// How well transcoders stand for a model's MLPs on text.
public struct TranscoderEvaluation: Sendable, Codable {
  /// The numbers of one layer.
  public struct Layer: Sendable, Codable {
    /// ‖y − ŷ‖² over the variance of y.
    public var unexplained: Double
    /// Features active at a position.
    public var activeFeatures: Double
    /// The share of features that were never active.
    public var dead: Double
    /// How many of the features that were active fall between each of ``densityFloors`` and the next.
    public var densities: [Int]
  }

  /// The positions that were looked at.
  public var positions: Int
  /// Each layer by itself, reading what the model computes.
  public var layers: [Layer]
  /// How often the replacement model (every MLP replaced, errors dropped) has the model's most probable token.
  public var agreement: Double
  /// KL(model ‖ replacement model), in nats.
  public var divergence: Double
  /// −log p of the text's next token, by the model.
  public var crossEntropy: Double
  /// The same, by the replacement model.
  public var replacedCrossEntropy: Double
  /// The same, by the model with every MLP giving 0.
  public var zeroCrossEntropy: Double
  /// The same, with every MLP giving its mean over these positions.
  public var meanCrossEntropy: Double
  /// How much of the cross-entropy that zero ablation loses the replacement model has: 1 is all.
  public var recoveredFromZero: Double
  /// The same of mean ablation.
  public var recoveredFromMean: Double
  /// Positions where the model's most probable token is the text's next one, with a probability below 0.8.
  public var unsurePositions: Int
  /// ``agreement`` at those, the methods paper's measure.
  public var unsureAgreement: Double

  /// The mean over layers of the unexplained fraction.
  public var meanUnexplained: Double { layers.map(\.unexplained).reduce(0, +) / Double(max(1, layers.count)) }

  /// The mean over layers of the features active at a position.
  public var meanActiveFeatures: Double {
    layers.map(\.activeFeatures).reduce(0, +) / Double(max(1, layers.count))
  }

  /// The mean over layers of the share of features that were never active.
  public var meanDead: Double { layers.map(\.dead).reduce(0, +) / Double(max(1, layers.count)) }

  /// The decimal logarithms at which the steps of the histogram of densities begin; a density is the share of positions
  /// at which a feature is active, and what is rarer than the first step counts there.
  public static let densityFloors = (0..<10).map { Double($0) / 2 - 5 }

  /// The share of all layers' features in each step of the histogram; features that were never active are the rest.
  public var densityShares: [Double] {
    TranscoderEvaluation.densityFloors.indices.map { step in
      let shares = layers.map { layer in
        let active = Double(layer.densities.reduce(0, +))
        return active > 0 ? (1 - layer.dead) * Double(layer.densities[step]) / active : 0
      }
      return shares.reduce(0, +) / Double(max(1, layers.count))
    }
  }

  private static func densities(_ uses: [Int], positions: Double) -> [Int] {
    var counts = densityFloors.map { _ in 0 }
    for use in uses where use > 0 {
      let density = log10(Double(use) / positions)
      let step = densityFloors.lastIndex { $0 <= density } ?? 0
      counts[step] += 1
    }
    return counts
  }

  /// Evaluates a set on contexts, one a worker.
  ///
  /// Position 0 has no features; in the replacement model its MLPs stay as they are.
  ///
  /// - Parameter contexts: Token ids as the model reads them, at least two each.
  public init(
    _ set: TranscoderSet, of transformer: Transformer, contexts: [[Int]], _ workers: Workers
  ) throws(TranscoderError) {
    let sizes = transformer.configuration
    guard set.layerCount == sizes.layerCount,
      set.transcoders.allSatisfy({ $0.encoder.width == sizes.dModel })
    else {
      throw .unfit(
        name: set.name, problem: "the model has \(sizes.layerCount) layers of width \(sizes.dModel)")
    }
    // Each worker runs a context of its own.
    let single = Transformer(configuration: sizes, weights: transformer.weights, workers: Workers(count: 1))
    let tallies = workers.map(contexts) { ContextTally($0, single, set) }
    var total = ContextTally(set)
    for tally in tallies { total.add(tally) }
    let means = total.means
    let ablated = workers.map(Array(zip(contexts, tallies))) { context, tally in
      AblatedEntropies(context, single, set, first: tally.first, means: means)
    }
    self.init(total, ablated)
  }

  private init(_ total: ContextTally, _ ablated: [AblatedEntropies]) {
    let count = Double(max(1, total.positions))
    positions = total.positions
    layers = total.layers.map { layer in
      let mean = layer.sum.reduce(0) { $0 + $1 * $1 } / count
      let dead = layer.uses.count { $0 == 0 }
      return Layer(
        unexplained: layer.squaredError / max(layer.squares - mean, 1e-30),
        activeFeatures: Double(layer.uses.reduce(0, +)) / count,
        dead: Double(dead) / Double(max(1, layer.uses.count)),
        densities: TranscoderEvaluation.densities(layer.uses, positions: count))
    }
    let predictions = Double(max(1, total.predictions))
    agreement = Double(total.agreements) / count
    divergence = total.divergence / count
    crossEntropy = total.crossEntropy / predictions
    replacedCrossEntropy = total.replacedCrossEntropy / predictions
    zeroCrossEntropy = ablated.reduce(0) { $0 + $1.zero } / predictions
    meanCrossEntropy = ablated.reduce(0) { $0 + $1.mean } / predictions
    recoveredFromZero = (zeroCrossEntropy - replacedCrossEntropy) / (zeroCrossEntropy - crossEntropy)
    recoveredFromMean = (meanCrossEntropy - replacedCrossEntropy) / (meanCrossEntropy - crossEntropy)
    unsurePositions = total.unsure
    unsureAgreement = Double(total.unsureAgreements) / Double(max(1, total.unsure))
  }
}
