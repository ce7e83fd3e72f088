import _LinearAlgebraShims

/// How exactly the products of a team of workers are computed.
public enum ProductPrecision: Sendable {
  /// Numbers as they are, products and sums in float.
  case exact
  /// Numbers rounded to bfloat16 (8 significant bits, to nearest), products and sums in float: half of the time.
  ///
  /// Only where the processor has a kernel for it (AVX512-BF16); elsewhere as `exact`. For training and for features at a
  /// glance: a graph's rows add up only with `exact`.
  case bfloat16

  /// Whether this processor multiplies bfloat16 numbers faster than floats.
  public static var hasBFloat16Kernel: Bool { la_best_level() == LA_AVX512_BF16 }

  /// Whether operands are rounded here.
  var rounds: Bool { self == .bfloat16 && ProductPrecision.hasBFloat16Kernel }
}
