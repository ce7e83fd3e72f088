import LinearAlgebra

/// The one threshold of a layer above which `k` features a position are active on the average.
struct CalibratedSelection {
  /// The threshold.
  let threshold: Float
  /// What lies above it.
  let active: SparseActivations

  /// Finds the threshold on `inputs`, exactly.
  ///
  /// 1. The largest pre-activations of some positions give a first guess.
  /// 2. All positions are encoded, keeping what is above a little less; the guess falls until enough is kept.
  /// 3. The (k · positions)-th largest of that is the threshold.
  init(_ inputs: Matrix, encoder: Matrix, bias: [Float], k: Int, _ workers: Workers) {
    let sample = inputs.picking(rows: Array(stride(from: 0, to: inputs.rows, by: max(1, inputs.rows / 512))))
    let first = sample.encoded(
      by: encoder, bias: bias, selecting: .largest(min(4 * k, encoder.rows)), workers
    ).selected.values
    var bound: Float = 0
    if first.count >= k * sample.rows { bound = 0.8 * nthLargest(k * sample.rows, of: first) }
    while true {
      let limits = [Float](repeating: bound, count: encoder.rows)
      let found = inputs.encoded(by: encoder, bias: bias, selecting: .above(limits), workers).selected
      let wanted = k * inputs.rows
      guard found.count > wanted || bound == 0 else {
        bound = bound < 1e-6 ? 0 : bound / 2
        continue
      }
      // One further: what is strictly above it are `wanted`.
      let least = found.count > wanted ? nthLargest(wanted + 1, of: found.values) : 0
      threshold = least
      active = found.keeping(atLeast: least.nextUp)
      return
    }
  }
}
