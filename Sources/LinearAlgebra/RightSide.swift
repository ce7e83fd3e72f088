import _LinearAlgebraShims

/// The right side B `[k, n]` of matrix products, laid out once for the kernel that this processor runs.
///
/// With AVX-512 that is our own (`la_product`): a BLAS that was held to older kernels reaches half of its speed. Else it
/// is the BLAS, which takes B as it lies. Numbers rounded to bfloat16 are laid out in pairs (`la_product_bf16`).
struct RightSide {
  private let n: Int
  private let k: Int
  private let layout: Layout

  private enum Layout {
    case inPlace(UnsafePointer<Float>, stride: Int, transposed: Bool)
    case packed([Float])
    case rounded([UInt32])
  }

  /// Whether exact products run on our own kernel.
  static let usesOwnKernel = la_best_level().rawValue >= LA_AVX512.rawValue

  /// Lays out B: `[k, n]` row by row, or with `transposed` `[n, k]`; `source` must stay as it is.
  init(
    _ source: UnsafePointer<Float>, stride: Int, n: Int, k: Int, transposed: Bool,
    _ precision: ProductPrecision = .exact
  ) {
    self.n = n
    self.k = k
    layout =
      if precision.rounds {
        .rounded(
          transposed
            ? RightSide.pairs(
              RoundedRows(source, stride: stride, rows: n, columns: k).words, n, (k + 1) / 2)
            : RightSide.pairs(ofRows: source, stride: stride, n, k))
      } else if RightSide.usesOwnKernel {
        .packed(RightSide.packed(source, stride: stride, n, k, transposed))
      } else {
        .inPlace(source, stride: stride, transposed: transposed)
      }
  }

  /// Lays out the transpose of `[n, k]` bfloat16 numbers as they are stored, for products that round; k is even.
  init(bfloat16 source: UnsafeRawPointer, strideInBytes stride: Int, n: Int, k: Int) {
    self.n = n
    self.k = k
    layout = .rounded(
      RightSide.filled(la_packed_count(n, k / 2)) { la_pack(1, n, k / 2, source, stride, $0) })
  }

  private static func packed(
    _ source: UnsafePointer<Float>, stride: Int, _ n: Int, _ k: Int, _ transposed: Bool
  ) -> [Float] {
    filled(la_packed_count(n, k)) { la_pack(transposed ? 1 : 0, n, k, source, stride * 4, $0) }
  }

  private static func pairs(ofRows source: UnsafePointer<Float>, stride: Int, _ n: Int, _ k: Int) -> [UInt32]
  {
    filled(la_packed_count(n, (k + 1) / 2)) { la_pack_rounded(n, k, source, stride, $0) }
  }

  private static func pairs(_ words: [UInt32], _ n: Int, _ count: Int) -> [UInt32] {
    filled(la_packed_count(n, count)) { la_pack(1, n, count, words, count * 4, $0) }
  }

  /// An array that `fill` writes completely.
  private static func filled<Number>(_ count: Int, _ fill: (UnsafeMutablePointer<Number>) -> Void) -> [Number]
  {
    Array(unsafeUninitializedCapacity: count) { buffer, initialized in
      if let base = buffer.baseAddress { fill(base) }
      initialized = count
    }
  }

  /// C = alpha · A · B + beta · C with A `[m, k]` and C `[m, n]`, row by row; B must be exact.
  ///
  /// - Parameter columns: How many columns of B count; nil for all.
  func multiply(
    m: Int, columns: Int? = nil, alpha: Float = 1, _ a: UnsafePointer<Float>, stride aStride: Int,
    beta: Float = 0,
    _ c: UnsafeMutablePointer<Float>, stride cStride: Int
  ) {
    let n = columns ?? n
    switch layout {
    case .inPlace(let source, let stride, let transposed):
      BLAS.gemm(
        transposed: transposed, m: m, n: n, k: k, alpha: alpha, a, stride: aStride, source, stride: stride,
        beta: beta, c, stride: cStride)
    case .packed(let packed): la_product(m, n, k, alpha, a, aStride, packed, beta, c, cStride)
    case .rounded: preconditionFailure("an exact left side [\(m), \(k)] with a rounded right side")
    }
  }

  /// C = A · B + beta · C with A the k columns of `a` from `first` on, an even number, rounded too.
  func multiply(
    _ a: RoundedRows, from first: Int = 0, beta: Float = 0, _ c: UnsafeMutablePointer<Float>,
    stride cStride: Int
  ) {
    guard case .rounded(let packed) = layout, first + k <= a.columns, first % 2 == 0 else {
      preconditionFailure("a rounded left side [\(a.rows), \(a.columns)] with [\(k), \(n)]")
    }
    a.words.withUnsafeBufferPointer { words in
      guard let words = words.baseAddress else { return }
      la_product_bf16(
        a.rows, n, (k + 1) / 2, 1, words + first / 2, a.rowWords, packed, beta, c, cStride)
    }
  }
}

/// Rows of numbers rounded to bfloat16, two in a word, the lower half first; an odd last number is paired with zero.
struct RoundedRows {
  let rows: Int
  let columns: Int
  let words: [UInt32]

  /// The words of a row.
  var rowWords: Int { (columns + 1) / 2 }

  /// Rounds rows of floats.
  init(
    _ source: UnsafePointer<Float>, stride: Int, rows: Int, columns: Int,
    _ workers: Workers = Workers(count: 1)
  ) {
    self.rows = rows
    self.columns = columns
    let rowWords = (columns + 1) / 2
    words = Array(unsafeUninitializedCapacity: rows * rowWords) { buffer, count in
      if let base = buffer.baseAddress {
        let chunk = max(1, Matrix.cachedFloats / max(columns, 1))
        workers.forEach((rows + chunk - 1) / chunk) { task in
          for row in task * chunk..<min(rows, (task + 1) * chunk) {
            let out = base + row * rowWords
            out[rowWords - 1] = 0
            out.withMemoryRebound(to: UInt16.self, capacity: columns) {
              la_round_bf16(source + row * stride, columns, $0)
            }
          }
        }
      }
      count = rows * rowWords
    }
  }
}
