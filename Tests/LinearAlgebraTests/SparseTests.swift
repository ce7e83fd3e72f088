import LinearAlgebra
import Testing
import _TestSupport

@Suite("Sparse features")
struct SparseTests {
  let workers = Workers(count: 2)

  @Test("An encoder selects what a plain loop selects", arguments: 0..<6 as Range<UInt64>)
  func encoding(_ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let (rows, width, features) = (random.length(1...150), random.length(1...20), random.length(1...70))
    let x = random.matrix(rows, width), encoder = random.matrix(features, width)
    let bias = random.numbers(features), limits = random.numbers(features)
    let k = random.length(1...features)
    let look = AuxiliaryFeatures(
      features: (0..<Int32(features)).filter { $0 % 3 == 1 }, count: 2, thresholds: limits)
    let above = x.encoded(by: encoder, bias: bias, selecting: .above(limits), auxiliary: look, workers)
    let largest = x.encoded(by: encoder, bias: bias, selecting: .largest(k), workers).selected
    var shortfall = 0.0
    for row in 0..<rows {
      let h = (0..<features).map { bias[$0] + dot(x[row: row], encoder[row: $0]) }
      let wanted = h.indices.filter { h[$0] > limits[$0] }
      #expect(above.selected.range(row).map { Int(above.selected.features[$0]) } == wanted)
      let best = h.indices.filter { h[$0] > 0 }.sorted { h[$0] > h[$1] }.prefix(k).sorted()
      #expect(largest.range(row).map { Int(largest.features[$0]) } == best)
      let some = look.features.map(Int.init).filter { h[$0] > 0 }.sorted { h[$0] > h[$1] }.prefix(2).sorted()
      #expect(above.auxiliary.range(row).map { Int(above.auxiliary.features[$0]) } == some)
      shortfall += look.features.reduce(0) { $0 + Double(max(0, limits[Int($1)] - h[Int($1)])) }
      let values = above.selected.range(row).map { above.selected.values[$0] }
      #expect(Difference(values, wanted.map { h[$0] }, absolute: 1e-4) == nil)
    }
    #expect(abs(above.shortfall - shortfall) < 1e-3)
  }

  /// A random selection.
  private func activations(_ random: inout SplitMix64, _ rows: Int, _ features: Int) -> SparseActivations {
    var (starts, indices) = ([0], [Int32]())
    for _ in 0..<rows {
      indices += (0..<Int32(features)).filter { _ in Float.random(in: 0..<1, using: &random) < 0.3 }
      starts.append(indices.count)
    }
    return SparseActivations(
      featureCount: features, starts: starts, features: indices, values: random.numbers(indices.count))
  }

  private func dense(_ active: SparseActivations) -> Matrix {
    var matrix = Matrix(rows: active.positionCount, columns: active.featureCount)
    for row in 0..<active.positionCount {
      for entry in active.range(row) { matrix[row, Int(active.features[entry])] = active.values[entry] }
    }
    return matrix
  }

  @Test(
    "Decoding, its derivatives and its gradients are those of dense products",
    arguments: 0..<4 as Range<UInt64>)
  func decoding(_ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let (rows, width, features, span) = (random.length(1...90), random.length(1...40), 13, 3)
    let active = activations(&random, rows, features)
    let decoder = random.matrix(features * span, width), target = random.matrix(rows, width)
    let factors = random.numbers(rows)
    let source = DecoderSource(activations: active, decoder: decoder, span: span, offset: 1)
    let own = decoder.picking(rows: (0..<features).map { $0 * span + 1 })
    let product = dense(active).times(own, workers)
    var decoded = Matrix(rows: rows, columns: width)
    decoded.add(decoded: [source], workers)
    #expect(Difference(decoded, product, absolute: 1e-4) == nil)
    let fit = Matrix(rows: rows, columns: width).fitted(to: target, by: [source], factors: factors, workers)
    #expect(Difference(fit.residual, product - target, absolute: 1e-4) == nil)
    var scaled = fit.residual
    scaled.scaleRows(by: factors)
    let slopes = scaled.times(transposed: own, workers)
    let positions = active.positions
    let expected = active.features.indices.map { slopes[Int(positions[$0]), Int(active.features[$0])] }
    #expect(Difference(fit.derivatives[0], expected, absolute: 1e-3) == nil)
    let products = fit.residual.products(with: [source, source], factors: factors, workers)
    #expect(products == [fit.derivatives[0], fit.derivatives[0]])
    let lists = FeatureLists(active)
    var gradient = Matrix(rows: features * span, columns: width)
    gradient.add(target, scaledBy: active.values, lists: lists, span: span, offset: 2, workers)
    let whole = dense(active).transposed().times(target, workers)
    let rowsThere = gradient.picking(rows: (0..<features).map { $0 * span + 2 })
    #expect(Difference(rowsThere, whole, absolute: 1e-3) == nil)
    #expect(gradient.picking(rows: (0..<features).map { $0 * span }).storage.allSatisfy { $0 == 0 })
    gradient.add(target, scaledBy: fit.derivatives[0], lists: lists, span: span, offset: 0, workers)
    let nothing = (vectors: target, coefficients: [Float](repeating: 0, count: active.count))
    let parts = [(target, fit.derivatives[0]), nothing, (target, active.values)]
    #expect(Matrix.sums(of: parts, lists: lists, workers) == gradient)
  }

  @Test("The Gram matrix of sparse features is that of dense ones")
  func gram() {
    var random = SplitMix64(seed: 8)
    let active = activations(&random, 60, 17)
    let weights = random.numbers(60)
    var weighted = dense(active)
    weighted.scaleRows(by: weights)
    let expected = dense(active).transposed().times(weighted, workers)
    #expect(Difference(active.gram(weights: weights, workers), expected, absolute: 1e-3) == nil)
  }

  @Test("Cholesky solves, and refuses what is not positive definite", arguments: [1, 7, 96, 97, 250])
  func cholesky(_ n: Int) throws {
    var random = SplitMix64(seed: UInt64(n))
    let a = random.matrix(n + 5, n), x = random.matrix(n, 50)
    var matrix = a.transposed().times(a, workers)
    for row in 0..<n { matrix[row, row] += 1 }
    let solved = try #require(Cholesky(matrix, workers)).solving(matrix.times(x, workers), workers)
    #expect(Difference(solved, x, absolute: 2e-2) == nil)
    matrix[n - 1, n - 1] = -1
    #expect(Cholesky(matrix, workers) == nil)
  }

  @Test("Resting rows come out as dense Adam has them")
  func adam() {
    var random = SplitMix64(seed: 2)
    let (rows, columns, steps) = (5, 19, 700)
    var parameters = random.matrix(rows, columns)
    var dense = parameters.storage.map(Double.init)
    var (m, v) = (dense.map { _ in 0.0 }, dense.map { _ in 0.0 })
    var moments = AdamMoments(rows: rows, columns: columns)
    for number in 1...steps {
      var gradient = Matrix(rows: rows, columns: columns)
      // Row r has a gradient every 1, 3, 50, 200, 400 steps.
      let touched = [1, 3, 50, 200, 400].map { number % $0 == 0 }
      for row in 0..<rows where touched[row] { gradient[row: row] = random.numbers(columns)[...] }
      moments.update(
        &parameters, gradient: gradient, isTouched: { touched[$0] },
        step: AdamStep(number: number, rate: 1e-2),
        workers)
      for (index, value) in gradient.storage.enumerated() {
        m[index] = 0.9 * m[index] + 0.1 * Double(value)
        v[index] = 0.999 * v[index] + 0.001 * Double(value) * Double(value)
        let (c, d) = (1 - power(0.9, number), 1 - power(0.999, number))
        dense[index] -= 1e-2 * (m[index] / c) / ((v[index] / d).squareRoot() + 1e-8)
      }
    }
    #expect(Difference(parameters.storage, dense.map { Float($0) }, absolute: 2e-4) == nil)
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1.0) { result, _ in result * base }
  }

  @Test("The n-th largest is that of sorting")
  func nth() {
    var random = SplitMix64(seed: 6)
    for _ in 0..<40 {
      let values = (0..<random.length(1...50)).map { _ in Float(Int.random(in: 0..<9, using: &random)) }
      let n = random.length(1...values.count)
      #expect(nthLargest(n, of: values) == values.sorted(by: >)[n - 1])
    }
  }

  @Test("Stored activations come back as bfloat16, moved and scaled")
  func store() {
    var random = SplitMix64(seed: 1)
    let matrix = random.matrix(9, 21)
    let store = ActivationStore(rows: 12, columns: 21)
    store.write(matrix, rows: 2..<9, at: 4)
    let shift = random.numbers(21)
    let read = store.gathered([10, 4, 0][...], shift: shift, factor: 2, workers)
    for column in 0..<21 {
      #expect(abs(read[0, column] - 2 * (matrix[8, column] - shift[column])) < 0.02)
      #expect(abs(read[1, column] - 2 * (matrix[2, column] - shift[column])) < 0.02)
      #expect(read[2, column] == -2 * shift[column])
    }
  }
}
