/// The terms of the loss, a mean over the positions of a batch, and what goes with them.
public struct LossParts: Sendable, Equatable, Codable {
  /// Σ over layers of w · ‖ŷ − y‖² / width.
  public var reconstruction = 0.0
  /// λ · Σ tanh(c · ‖decoders‖ · a / √width).
  public var sparsity = 0.0
  /// The weight times Σ max(0, threshold − h) of dead features.
  public var preActivation = 0.0
  /// The weight times Σ over layers of w · ‖ê − e‖² / width.
  public var auxiliary = 0.0
  /// ‖ŷ − y‖² of each layer, summed over the positions, no position weighing less.
  public var squaredError: [Double] = []
  /// ‖y − mean‖² of each layer.
  public var squaredTarget: [Double] = []
  /// Features active at a position, for each layer.
  public var activeFeatures: [Double] = []
  /// The share of each layer's features that are dead.
  public var dead: [Double] = []

  /// KL(model ‖ replacement model) a position, in nats, where that is trained on.
  public var divergence: Double?
  /// How often both have the same most probable token.
  public var agreement: Double?

  /// The sum of the terms.
  public var total: Double { (divergence ?? 0) + reconstruction + sparsity + preActivation + auxiliary }

  /// The fraction of variance that is left unexplained, for each layer.
  public var unexplained: [Double] {
    zip(squaredError, squaredTarget).map { $1 > 0 ? $0 / $1 : 0 }
  }
}
