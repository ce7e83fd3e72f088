import LinearAlgebra
import Testing
import _LinearAlgebraShims
import _TestSupport

@Suite("Products of rounded numbers")
struct RoundedProductTests {
  /// The nearest bfloat16, ties to even, by comparing the two neighbours.
  static func rounded(_ x: Float) -> Float {
    guard x.isFinite else { return x }
    let below = Float(bitPattern: x.bitPattern & 0xffff_0000)
    let above = Float(bitPattern: below.bitPattern + 0x1_0000)
    let (down, up) = (abs(Double(x) - Double(below)), abs(Double(above) - Double(x)))
    if above.isInfinite { return x.bitPattern & 0xffff >= 0x8000 ? above : below }
    if down == up { return below.bitPattern >> 16 & 1 == 0 ? below : above }
    return down < up ? below : above
  }

  static func rounded(_ x: Matrix) -> Matrix { x.map(rounded) }

  @Test("Numbers are rounded to the nearest bfloat16, ties to even", arguments: KernelLevel.all)
  func rounding(level: KernelLevel) throws {
    var random = SplitMix64(seed: 1)
    let chosen: [Float] = [
      0, -0, 1, -1, 1.00390625, 1.01171875, -1.00390625, .infinity, -.infinity, Float(bitPattern: 3),
      -Float(bitPattern: 1 << 20),
      .greatestFiniteMagnitude, .leastNormalMagnitude, .pi,
    ]
    let drawn = (0..<1000).map { _ in Float(bitPattern: UInt32.random(in: .min ... .max, using: &random)) }
    let numbers = chosen + drawn.filter { !$0.isNaN }
    var out = [UInt16](repeating: 0, count: numbers.count)
    try level.packing().round_bf16(numbers, numbers.count, &out)
    #expect(out.map { UInt32($0) << 16 } == numbers.map { RoundedProductTests.rounded($0).bitPattern })
    var nothing: UInt16 = 0
    try level.packing().round_bf16([Float(bitPattern: 0x7f80_0001)], 1, &nothing)
    #expect(Float(bitPattern: UInt32(nothing) << 16).isNaN)
  }

  @Test("A transpose has every entry in its place", arguments: KernelLevel.all)
  func transposes(level: KernelLevel) throws {
    var random = SplitMix64(seed: 2)
    for (rows, columns) in [(1, 1), (16, 16), (15, 17), (48, 33), (65, 1), (3, 100), (32, 64)] {
      let x = random.matrix(rows, columns)
      var out = [Float](repeating: -1, count: columns * (rows + 2))
      try level.packing().transpose(rows, columns, x.storage, columns * 4, &out, (rows + 2) * 4)
      for i in 0..<rows { for l in 0..<columns { #expect(out[l * (rows + 2) + i] == x[i, l]) } }
      #expect(x.transposed(Workers(count: 3)) == Naive.matrix(columns, rows) { Double(x[$1, $0]) })
    }
  }

  @Test("Products are the plain sums, of floats and of rounded pairs", arguments: KernelLevel.all)
  func products(level: KernelLevel) throws {
    let (kernels, packing) = (try level.products(), try level.packing())
    var random = SplitMix64(seed: 3)
    for _ in 0..<20 {
      let m = random.length(1...19), n = random.length(1...101), k = random.length(1...70)
      let a = random.matrix(m, k), b = random.matrix(k, n), start = random.matrix(m, n)
      var packed = [UInt32](repeating: 7, count: la_packed_count(n, k))
      la_pack(0, n, k, b.storage, n * 4, &packed)
      var c = start.storage
      kernels.product(m, n, k, 0.5, a.storage, k, packed.map { Float(bitPattern: $0) }, 2, &c, n)
      var expected = Naive.product(a, b)
      expected.scale(by: 0.5)
      expected += start + start
      #expect(Difference(c, expected.storage, absolute: 1e-4) == nil)

      var pairs = [UInt32](repeating: 7, count: la_packed_count(n, (k + 1) / 2))
      packing.pack_rounded(n, k, b.storage, n, &pairs)
      let left = pairsOfRows(a)
      kernels.product_bf16(m, n, (k + 1) / 2, 1, left, (k + 1) / 2, pairs, 0, &c, n)
      let rounded = Naive.product(RoundedProductTests.rounded(a), RoundedProductTests.rounded(b))
      #expect(Difference(c, rounded.storage, absolute: 1e-4) == nil)
    }
  }

  private func pairsOfRows(_ a: Matrix) -> [UInt32] {
    (0..<a.rows).flatMap { row in
      stride(from: 0, to: a.columns, by: 2).map { column in
        let upper = column + 1 < a.columns ? RoundedProductTests.rounded(a[row, column + 1]).bitPattern : 0
        return RoundedProductTests.rounded(a[row, column]).bitPattern >> 16 | upper
      }
    }
  }

  /// What a product at `bfloat16` multiplies on this processor.
  private func operand(_ x: Matrix) -> Matrix {
    ProductPrecision.hasBFloat16Kernel ? RoundedProductTests.rounded(x) : x
  }

  @Test(
    "At bfloat16, X · W and X · Wᵀ are the sums of rounded numbers for weights of every format",
    arguments: ElementFormat.allCases)
  func matrices(format: ElementFormat) {
    let workers = Workers(count: 2, precision: .bfloat16)
    var random = SplitMix64(seed: 4)
    for _ in 0..<6 {
      let blocks = format.blockLength == 1 ? random.length(1...131) : random.length(1...3)
      let weights = random.stored(random.length(1...67), blocks: blocks, format)
      let x = random.matrix(random.length(1...35), weights.columns)
      let wide = weights.widened()
      let expected = Naive.product(operand(x), operand(wide.transposed()))
      for found in [
        x.times(transposed: weights, workers), x.times(transposed: wide, workers),
        x.times(wide.transposed(), workers),
      ] {
        #expect(Difference(found, expected, absolute: 3e-3, relative: 1e-5) == nil)
      }
    }
  }

  @Test("Rounding moves a product by no more than two roundings of its terms; exact products are not rounded")
  func precision() {
    var random = SplitMix64(seed: 5)
    let x = random.matrix(40, 300), w = random.matrix(300, 70)
    let exact = x.times(w, Workers(count: 1)), expected = Naive.product(x, w)
    #expect(Workers().precision == .exact)
    #expect(Difference(exact, expected, absolute: 1e-4) == nil)
    let near = x.times(w, Workers(count: 1, precision: .bfloat16))
    let magnitude = Naive.product(x.map(abs), w.map(abs))
    #expect(Difference(near, expected, absolute: Double(magnitude.storage.max() ?? 0) / 128) == nil)
    #expect((near != exact) == ProductPrecision.hasBFloat16Kernel)
  }

  @Test("Rounded products are the same bits for 1, 2, 3 and 7 workers")
  func sameBits() {
    var random = SplitMix64(seed: 6)
    let x = random.matrix(301, 257), weights = random.stored(403, blocks: 257, .bf16)
    let even = random.matrix(301, 256), other = random.stored(97, blocks: 256, .bf16)
    let square = random.matrix(257, 97)
    let results = [1, 2, 3, 7].map { count in
      let workers = Workers(count: count, precision: .bfloat16)
      return [
        x.times(transposed: weights, workers), even.times(transposed: other, workers),
        x.times(square, workers),
      ]
    }
    for result in results.dropFirst() { #expect(result == results[0]) }
  }
}
