// The one seam to a BLAS: everything else multiplies through `RightSide`.

#if canImport(Accelerate)
  import Accelerate
#else
  import COpenBLAS
#endif

/// The BLAS library behind matrix products, called single-threaded: the parallel loop is ours (`Workers`).
public enum BLAS {
  /// Keeps the library from starting threads of its own, which collapse when another program holds a core.
  static func useOneThread() {
    #if !canImport(Accelerate)
      openblas_set_num_threads(1)
    #endif
  }

  /// The library's name, version and the processor kernels it chose.
  public static var description: String {
    #if canImport(Accelerate)
      "Accelerate"
    #else
      "\(String(cString: openblas_get_config())), kernels for \(String(cString: openblas_get_corename()))"
    #endif
  }

  /// C = alpha · A · B + beta · C for row-major matrices: A is [m, k], B is [k, n], or [n, k] with `transposed`.
  static func gemm(
    transposed: Bool, m: Int, n: Int, k: Int, alpha: Float = 1,
    _ a: UnsafePointer<Float>, stride lda: Int, _ b: UnsafePointer<Float>, stride ldb: Int,
    beta: Float = 0, _ c: UnsafeMutablePointer<Float>, stride ldc: Int
  ) {
    guard m > 0, n > 0 else { return }
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, transposed ? CblasTrans : CblasNoTrans, Int32(m), Int32(n), Int32(k),
      alpha, a,
      Int32(lda), b, Int32(ldb), beta, c, Int32(ldc))
  }
}
