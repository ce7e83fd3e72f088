import _LinearAlgebraShims

/// Compares matrix products with a plain loop, and measures their speed.
public enum BLASCheck {
  /// The relative error above which a product counts as wrong: far above rounding, far below any real fault.
  public static let tolerance = 1e-4

  /// Whether products run on our own kernel (AVX-512) instead of the BLAS.
  public static var usesOwnKernel: Bool { RightSide.usesOwnKernel }

  /// Returns the largest errors over random shapes, relative to Σ |a·b| of an entry: of the BLAS, of the kernel
  /// that exact products run on here, and of the one for numbers rounded to bfloat16 (against sums of rounded numbers).
  public static func largestErrors(seed: UInt64, shapes: Int) -> (
    blas: Double, products: Double, rounded: Double
  ) {
    var random = SplitMix64(seed: seed)
    BLAS.useOneThread()
    var worst = (blas: 0.0, products: 0.0, rounded: 0.0)
    for _ in 0..<shapes {
      let problem = Problem(using: &random)
      worst.blas = max(worst.blas, problem.error(problem.blasProduct()))
      worst.products = max(worst.products, problem.error(problem.product(.exact)))
      let rounded = problem.rounded()
      worst.rounded = max(worst.rounded, rounded.error(problem.product(.bfloat16)))
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
  var m: Int
  var n: Int
  var k: Int
  var transposed: Bool
  var a: [Float]
  var b: [Float]
}

extension Problem {
  init(using random: inout SplitMix64) {
    let (m, n, k) = (
      Int.random(in: 1...97, using: &random), Int.random(in: 1...130, using: &random),
      Int.random(in: 1...300, using: &random)
    )
    let transposed = Bool.random(using: &random)
    let a = (0..<m * k).map { _ in Float.random(in: -1...1, using: &random) }
    let b = (0..<k * n).map { _ in Float.random(in: -1...1, using: &random) }
    self.init(m: m, n: n, k: k, transposed: transposed, a: a, b: b)
  }

  func blasProduct() -> [Float] {
    var c = [Float](repeating: 0, count: m * n)
    BLAS.gemm(
      transposed: transposed, m: m, n: n, k: k, a, stride: k, b, stride: transposed ? k : n, &c, stride: n)
    return c
  }

  func product(_ precision: ProductPrecision) -> [Float] {
    let workers = Workers(count: 1, precision: precision)
    let x = Matrix(rows: m, columns: k, storage: a)
    return transposed
      ? x.times(transposed: Matrix(rows: n, columns: k, storage: b), workers).storage
      : x.times(Matrix(rows: k, columns: n, storage: b), workers).storage
  }

  /// The same problem with the numbers that a product at `bfloat16` multiplies.
  func rounded() -> Problem {
    guard ProductPrecision.bfloat16.rounds else { return self }
    let round = { (x: Float) in
      // Half of the last place that stays, and the tie to even.
      Float(bitPattern: (x.bitPattern + 0x7fff + (x.bitPattern >> 16 & 1)) & 0xffff_0000)
    }
    return Problem(m: m, n: n, k: k, transposed: transposed, a: a.map(round), b: b.map(round))
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
