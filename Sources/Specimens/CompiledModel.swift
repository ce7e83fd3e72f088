public import Transformers

/// A transformer whose weights were written, not trained.
public struct CompiledModel: Sendable {
  /// The model.
  public let transformer: Transformer

  /// Takes a model.
  public init(_ transformer: Transformer) { self.transformer = transformer }
}
