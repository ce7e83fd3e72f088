import LinearAlgebra
import Testing
import _LinearAlgebraShims
import _TestSupport

@Suite("Sums over rows that lie anywhere")
struct GatherTests {
  @Test("Rows are added and multiplied as plain loops do at every level", arguments: KernelLevel.all)
  func twins(level: KernelLevel) throws {
    let kernels = try #require(la_gathering_at(la_level(rawValue: level.raw))).pointee
    var random = SplitMix64(seed: 11)
    for columns in [1, 7, 15, 16, 17, 63, 64, 70, 192, 209, 400] {
      let (count, span, offset) = (random.length(1...9), 3, 2)
      let rows = random.matrix(20 * span, columns), vector = random.numbers(columns)
      let indices = (0..<count).map { _ in Int32.random(in: 0..<20, using: &random) }
      let coefficients = random.numbers(count)
      let order = (0..<count).map { Int32(count - 1 - $0) }
      let row = { (entry: Int) in rows[row: Int(indices[entry]) * span + offset] }
      var (sums, dots) = (vector, [Float](repeating: 7, count: count))
      rows.storage.withUnsafeBufferPointer { base in
        indices.withUnsafeBufferPointer { indices in
          var list = la_rows(
            rows: base.baseAddress, columns: columns, indices: indices.baseAddress, span: span, offset: offset
          )
          kernels.add_rows(&list, count, coefficients, order, &sums)
          kernels.dot_rows(&list, count, 0.5, vector, &dots)
        }
      }
      let expected = (0..<columns).map { column in
        (0..<count).reduce(vector[column]) {
          $0 + coefficients[count - 1 - $1] * row($1)[row($1).startIndex + column]
        }
      }
      #expect(Difference(sums, expected, absolute: 1e-4) == nil)
      #expect(Difference(dots, (0..<count).map { 0.5 * dot(row($0), vector[...]) }, absolute: 1e-4) == nil)
    }
  }

  @Test("An encoder with rounded numbers selects what exact products of rounded numbers select")
  func rounded() {
    guard ProductPrecision.hasBFloat16Kernel else { return }
    var random = SplitMix64(seed: 5)
    var x = random.matrix(131, 33), encoder = random.matrix(500, 33)
    let bias = random.numbers(500), limits = random.numbers(500)
    let given = x.encoded(
      by: encoder, bias: bias, selecting: .above(limits), Workers(count: 2, precision: .bfloat16)
    ).selected
    x.roundToBFloat16()
    encoder.roundToBFloat16()
    let twin = x.encoded(by: encoder, bias: bias, selecting: .above(limits), Workers(count: 1)).selected
    #expect(given.features == twin.features)
    #expect(Difference(given.values, twin.values, absolute: 1e-4) == nil)
  }

  @Test("Stochastic rounding keeps the mean, gives a neighbour, and leaves what needs none")
  func stochastic() {
    let value: Float = 1.003
    let (low, high) = (Float(bitPattern: value.bitPattern & 0xffff_0000), Float(1.0078125))
    var numbers = [Float](repeating: value, count: 40_000)
    la_round_stochastic(&numbers, numbers.count, 9, 4)
    #expect(numbers.allSatisfy { $0 == low || $0 == high })
    let mean = numbers.reduce(0.0) { $0 + Double($1) } / Double(numbers.count)
    #expect(abs(mean - Double(value)) < 1e-4)
    // A number's place decides, not the piece that it is rounded in.
    var piece = [Float](repeating: value, count: 100)
    la_round_stochastic(&piece, 100, 9, 4 + 321)
    #expect(piece == Array(numbers[321..<421]))
    var kept: [Float] = [0, -1.5, .infinity, -.infinity, 3]
    la_round_stochastic(&kept, 5, 1, 0)
    #expect(kept == [0, -1.5, .infinity, -.infinity, 3])
    var broken: [Float] = [.nan]
    la_round_stochastic(&broken, 1, 1, 0)
    #expect(broken[0].isNaN)
  }
}
