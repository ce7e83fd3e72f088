import _LinearAlgebraShims

/// Compares matrix products with a plain loop, and measures their speed.
public enum BLASCheck {
  /// The relative error above which a product counts as wrong: far above rounding, far below any real fault.
  public static let tolerance = 1e-4

  /// Whether products run on our own kernel (AVX-512) instead of the BLAS.
  public static var usesOwnKernel: Bool { RightSide.usesOwnKernel }

  /// Returns the largest errors over random shapes, relative to Σ |a·b| of an entry: of the BLAS, and of the kernel
  /// that products run on here.
  public static func largestErrors(seed: UInt64, shapes: Int) -> (blas: Double, products: Double) {
    var random = SplitMix64(seed: seed)
    BLAS.useOneThread()
    var worst = (blas: 0.0, products: 0.0)
    for _ in 0..<shapes {
      let problem = Problem(using: &random)
      worst.blas = max(worst.blas, problem.error(problem.blasProduct()))
      worst.products = max(worst.products, problem.error(problem.product()))
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

/// A random product.
private struct Problem {
  let (m, n, k): (Int, Int, Int)
  let transposed: Bool
  let (a, b): ([Float], [Float])

  init(using random: inout SplitMix64) {
    let (m, n, k) = (
      Int.random(in: 1...97, using: &random), Int.random(in: 1...130, using: &random),
      Int.random(in: 1...300, using: &random)
    )
    (self.m, self.n, self.k) = (m, n, k)
    transposed = Bool.random(using: &random)
    a = (0..<m * k).map { _ in Float.random(in: -1...1, using: &random) }
    b = (0..<k * n).map { _ in Float.random(in: -1...1, using: &random) }
  }

  func blasProduct() -> [Float] {
    var c = [Float](repeating: 0, count: m * n)
    BLAS.gemm(
      transposed: transposed, m: m, n: n, k: k, a, stride: k, b, stride: transposed ? k : n, &c, stride: n)
    return c
  }

  func product() -> [Float] {
    var c = [Float](repeating: 0, count: m * n)
    b.withUnsafeBufferPointer { b in
      guard let b = b.baseAddress else { return }
      RightSide(b, stride: transposed ? k : n, n: n, k: k, transposed: transposed).multiply(
        m: m, a, stride: k, &c, stride: n)
    }
    return c
  }

  /// The largest error of an entry, relative to the sum of the magnitudes that it adds.
  func error(_ c: [Float]) -> Double {
    var worst = 0.0
    for i in 0..<m {
      for j in 0..<n {
        var (sum, magnitude) = (0.0, 1e-30)
        for l in 0..<k {
          let term = Double(a[i * k + l]) * Double(b[transposed ? j * k + l : l * n + j])
          sum += term
          magnitude += abs(term)
        }
        worst = max(worst, abs(Double(c[i * n + j]) - sum) / magnitude)
      }
    }
    return worst
  }
}
