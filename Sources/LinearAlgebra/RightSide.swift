import _LinearAlgebraShims

/// The right side B `[k, n]` of matrix products, laid out once for the kernel that this processor runs.
///
/// With AVX-512 that is our own (`la_product`): a BLAS that was held to older kernels reaches half of its speed. Else it
/// is the BLAS, which takes B as it lies.
struct RightSide {
  private let n: Int
  private let k: Int
  private let transposed: Bool
  private let stride: Int
  private let source: UnsafePointer<Float>
  private let packed: [Float]?

  /// Whether products run on our own kernel.
  static let usesOwnKernel = la_has_product() != 0

  /// Lays out B: `[k, n]` row by row, or with `transposed` `[n, k]`; `source` must stay as it is.
  init(_ source: UnsafePointer<Float>, stride: Int, n: Int, k: Int, transposed: Bool) {
    self.n = n
    self.k = k
    self.transposed = transposed
    self.stride = stride
    self.source = source
    guard RightSide.usesOwnKernel else {
      packed = nil
      return
    }
    let count = la_packed_count(n, k)
    packed = Array(unsafeUninitializedCapacity: count) { buffer, initialized in
      if let base = buffer.baseAddress { la_pack(transposed ? 1 : 0, n, k, source, stride, base) }
      initialized = count
    }
  }

  /// C = alpha · A · B + beta · C with A `[m, k]` and C `[m, n]`, row by row.
  func multiply(
    m: Int, alpha: Float = 1, _ a: UnsafePointer<Float>, stride aStride: Int, beta: Float = 0,
    _ c: UnsafeMutablePointer<Float>, stride cStride: Int
  ) {
    guard let packed else {
      return BLAS.gemm(
        transposed: transposed, m: m, n: n, k: k, alpha: alpha, a, stride: aStride, source, stride: stride,
        beta: beta, c,
        stride: cStride)
    }
    packed.withUnsafeBufferPointer {
      if let b = $0.baseAddress { la_product(m, n, k, alpha, a, aStride, b, beta, c, cStride) }
    }
  }
}
