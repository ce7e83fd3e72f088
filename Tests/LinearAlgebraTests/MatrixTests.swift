import LinearAlgebra
import Testing
import _TestSupport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite("Matrices")
struct MatrixTests {
  @Test("Sums, differences and scalings act entry by entry", arguments: [(1, 1), (3, 15), (7, 33), (2, 64)])
  func arithmetic(rows: Int, columns: Int) {
    var random = SplitMix64(seed: 1)
    let a = random.matrix(rows, columns), b = random.matrix(rows, columns)
    let (byRow, byColumn) = (random.numbers(rows), random.numbers(columns))
    expect(a + b) { Double(a[$0, $1]) + Double(b[$0, $1]) }
    expect(a - b) { Double(a[$0, $1]) - Double(b[$0, $1]) }
    expect(changed(a) { $0.scale(by: -2.5) }) { -2.5 * Double(a[$0, $1]) }
    expect(changed(a) { $0.multiply(by: b) }) { Double(a[$0, $1]) * Double(b[$0, $1]) }
    expect(changed(a) { $0.scaleRows(by: byRow) }) { Double(a[$0, $1]) * Double(byRow[$0]) }
    expect(changed(a) { $0.scaleColumns(by: byColumn) }) { Double(a[$0, $1]) * Double(byColumn[$1]) }
    expect(changed(a) { $0.add(toEveryRow: byColumn) }) { Double(a[$0, $1]) + Double(byColumn[$1]) }
    expect(changed(a) { $0.add(byColumn, scaledBy: 3, toRow: rows - 1) }) { row, column in
      Double(a[row, column]) + (row == rows - 1 ? 3 * Double(byColumn[column]) : 0)
    }
    expect(a.map { $0 * $0 }) { Double(a[$0, $1]) * Double(a[$0, $1]) }
  }

  @Test("Norms: centred rows have mean 0, and the denominator is the root of the mean square")
  func norms() {
    var random = SplitMix64(seed: 2)
    let a = random.matrix(5, 31, deviation: 3)
    let mean = { (row: Int) in a[row: row].reduce(0.0) { $0 + Double($1) } / 31 }
    expect(changed(a) { $0.centerRows() }) { Double(a[$0, $1]) - mean($0) }
    let roots = (0..<5).map { row in
      Float((a[row: row].reduce(0.0) { $0 + Double($1) * Double($1) } / 31 + 1e-5).squareRoot())
    }
    #expect(Difference(a.rootMeanSquares(epsilon: 1e-5), roots, absolute: 1e-6) == nil)
  }

  @Test("Rows are picked, appended, reshaped and transposed")
  func layout() {
    let a = Matrix(rows: 2, columns: 3, storage: [1, 2, 3, 4, 5, 6])
    #expect(a.transposed() == Matrix(rows: 3, columns: 2, storage: [1, 4, 2, 5, 3, 6]))
    #expect(a.picking(rows: [1, 1]).storage == [4, 5, 6, 4, 5, 6])
    #expect(a.appendingRows(of: a[rows: 1..<2]).storage == [1, 2, 3, 4, 5, 6, 4, 5, 6])
    #expect(a.reshaped(columns: 2) == Matrix(rows: 3, columns: 2, storage: a.storage))
    #expect(a[row: 1] == [4, 5, 6])
    #expect(changed(a) { $0[row: 0] = [7, 8, 9] }.storage == [7, 8, 9, 4, 5, 6])
    #expect(a.shape == "[2, 3]" && a.isFinite)
    #expect(!Matrix(rows: 1, columns: 2, storage: [0, .nan]).isFinite)
  }

  @Test(
    "Activations are what their formulas say",
    arguments: [ElementwiseActivation.silu, .geluTanh, .gelu, .relu])
  func activations(activation: ElementwiseActivation) {
    var random = SplitMix64(seed: 3)
    let gate = random.matrix(3, 29, deviation: 3), up = random.matrix(3, 29)
    expect(.gated(activation, gate: gate, up: up)) {
      twin(activation, Double(gate[$0, $1])) * Double(up[$0, $1])
    }
    expect(.gated(activation, gate: gate, up: nil)) { twin(activation, Double(gate[$0, $1])) }
    for x in [Float(-3), -0.1, -1e-8, 0, 1e-8, 0.1, 40] {
      #expect(abs(activation.value(x) - Float(twin(activation, Double(x)))) < 1e-5)
      #expect(abs(activation.ratio(x) * x - activation.value(x)) < 1e-5)
    }
  }

  private func twin(_ activation: ElementwiseActivation, _ x: Double) -> Double {
    switch activation {
    case .silu: x / (1 + exp(-x))
    case .geluTanh: 0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case .gelu: 0.5 * x * (1 + erf(x / 2.squareRoot()))
    case .relu: max(x, 0)
    }
  }

  @Test("Soft caps bend large numbers to the cap and keep small ones")
  func softCap() {
    var random = SplitMix64(seed: 4)
    let a = random.matrix(3, 17, deviation: 20)
    expect(changed(a) { $0.softCap(5) }) { 5 * tanh(Double(a[$0, $1]) / 5) }
    #expect(changed(Matrix(rows: 1, columns: 1, storage: [1e30])) { $0.softCap(5) }.storage == [5])
  }

  @Test(
    "The largest columns are those that sorting finds, equal ones in order", arguments: [0, 1, 3, 20, 50])
  func largest(count: Int) {
    var random = SplitMix64(seed: 5)
    let a = random.matrix(6, 20).map { ($0 * 2).rounded() }
    let sorted = (0..<6).map { row in
      Array((0..<20).sorted { (a[row, $0], $1) > (a[row, $1], $0) }.prefix(count))
    }
    #expect(a.largestColumns(count) == sorted)
  }

  @Test("Dot products and sums of magnitudes are the plain sums at every length")
  func sums() {
    var random = SplitMix64(seed: 6)
    for count in Array(0...70) + [127, 128, 129, 1000, 1023] {
      // Slices that begin anywhere, so that addresses are of every alignment.
      let start = count % 5
      let a = random.numbers(count + start), b = random.numbers(count + start)
      let product = zip(a[start...], b[start...]).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
      #expect(abs(Double(dot(a[start...], b[start...])) - product) < 1e-4)
      let magnitude = a[start...].reduce(0.0) { $0 + Double(abs($1)) }
      #expect(abs(sumOfMagnitudes(a[start...]) - magnitude) <= 1e-12 * max(1, magnitude))
      var sums = (0..<count + 3).map { Double($0) }
      addMagnitudes(of: a[start...], scaledBy: 0.25, to: &sums, at: 2)
      let worst = sums.indices.reduce(0.0) { worst, place in
        let added = place >= 2 && place < count + 2 ? 0.25 * Double(abs(a[start + place - 2])) : 0
        return max(worst, abs(sums[place] - Double(place) - added))
      }
      #expect(worst < 1e-12)
    }
  }

  @Test("Blocks of rows meet run of columns by run of columns", arguments: [1, 2, 3])
  func blockDots(threads: Int) {
    var random = SplitMix64(seed: 6)
    for (height, runs, width) in [(1, 1, 1), (3, 4, 5), (7, 2, 33), (16, 9, 64)] {
      let a = random.matrix(4 * height, runs * width), b = random.matrix(2 * height, runs * width)
      let pairs = [(3, 1), (0, 0), (0, 1), (2, 0)]
      let found = a.blockDots(
        b, pairs: pairs.map { (block: $0.0, other: $0.1) }, height: height, runs: runs,
        Workers(count: threads))
      expect(found) { pair, run in
        (0..<height).reduce(0.0) { sum, row in
          (run * width..<(run + 1) * width).reduce(sum) { sum, column in
            let (x, y) = (a[pairs[pair].0 * height + row, column], b[pairs[pair].1 * height + row, column])
            return sum + Double(x) * Double(y)
          }
        }
      }
    }
    let none = Matrix(rows: 2, columns: 6)
    #expect(none.blockDots(none, pairs: [], height: 2, runs: 3, Workers(count: threads)).rows == 0)
  }

  private func changed(_ matrix: Matrix, _ change: (inout Matrix) -> Void) -> Matrix {
    var result = matrix
    change(&result)
    return result
  }

  private func expect(
    _ actual: Matrix, _ location: SourceLocation = #_sourceLocation, _ entry: (Int, Int) -> Double
  ) {
    let twin = Naive.matrix(actual.rows, actual.columns, entry)
    #expect(Difference(actual, twin, absolute: 1e-6, relative: 1e-5) == nil, sourceLocation: location)
  }
}
