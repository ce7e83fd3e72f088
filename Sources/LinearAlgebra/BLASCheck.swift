/// Compares the BLAS with a plain loop, and measures its speed.
public enum BLASCheck {
  /// The relative error above which a product counts as wrong: far above rounding, far below any real fault.
  public static let tolerance = 1e-4

  /// Returns the largest error of products of random shapes, all transpositions, relative to Σ |a·b| of the entry.
  public static func largestError(seed: UInt64, shapes: Int) -> Double {
    var random = SplitMix64(seed: seed)
    BLAS.useOneThread()
    return (0..<shapes).reduce(0.0) { worst, _ in
      let (m, n, k) = (
        Int.random(in: 1...97, using: &random), Int.random(in: 1...130, using: &random),
        Int.random(in: 1...300, using: &random)
      )
      let (transposeA, transposeB) = (Bool.random(using: &random), Bool.random(using: &random))
      let a = (0..<m * k).map { _ in Float.random(in: -1...1, using: &random) }
      let b = (0..<k * n).map { _ in Float.random(in: -1...1, using: &random) }
      var c = [Float](repeating: 0, count: m * n)
      BLAS.gemm(
        transposeA, transposeB, m: m, n: n, k: k, a, stride: transposeA ? m : k, b,
        stride: transposeB ? k : n, &c,
        stride: n)
      return max(worst, error(c, a, b, (m, n, k), transposeA, transposeB))
    }
  }

  private static func error(
    _ c: [Float], _ a: [Float], _ b: [Float], _ size: (m: Int, n: Int, k: Int), _ transposeA: Bool,
    _ transposeB: Bool
  ) -> Double {
    var worst = 0.0
    for i in 0..<size.m {
      for j in 0..<size.n {
        var (sum, magnitude) = (0.0, 1e-30)
        for l in 0..<size.k {
          let x = Double(a[transposeA ? l * size.m + i : i * size.k + l])
          let y = Double(b[transposeB ? j * size.k + l : l * size.n + j])
          sum += x * y
          magnitude += abs(x * y)
        }
        worst = max(worst, abs(Double(c[i * size.n + j]) - sum) / magnitude)
      }
    }
    return worst
  }

  /// Returns the rate of a typical product of the project, 2048 × 576 by 576 × 576, in GFLOP/s: the best of some runs.
  public static func rate(_ workers: Workers) -> Double {
    let x = Matrix(rows: 2048, columns: 576, repeating: 0.5)
    let w = Matrix(rows: 576, columns: 576, repeating: 0.25)
    let clock = ContinuousClock()
    let best = (0..<12).map { _ in clock.measure { _ = x.times(w, workers) } }.min() ?? .seconds(1)
    return 2 * 2048 * 576 * 576 / (best / .seconds(1)) / 1e9
  }
}
