import LinearAlgebra
import Testing
import _TestSupport

@Suite("Products")
struct ProductTests {
  let workers = Workers(count: 2)

  @Test("X · Wᵀ is the plain sum for weights of every stored format", arguments: ElementFormat.allCases)
  func storedFormats(format: ElementFormat) {
    var random = SplitMix64(seed: 1)
    for _ in 0..<6 {
      let blocks = format.blockLength == 1 ? random.length(1...131) : random.length(1...3)
      let weights = random.stored(random.length(1...67), blocks: blocks, format)
      let x = random.matrix(random.length(1...35), weights.columns)
      let expected = Naive.product(x, weights.widened().transposed())
      #expect(
        Difference(x.times(transposed: weights, workers), expected, absolute: 2e-3, relative: 1e-5) == nil)
    }
  }

  @Test("X · Wᵀ is the plain sum when the weights fill several of the workers' shares")
  func manyShares() {
    var random = SplitMix64(seed: 2)
    let x = random.matrix(3, 1025), weights = random.matrix(201, 1025)
    let expected = Naive.product(x, weights.transposed())
    #expect(
      Difference(x.times(transposed: weights, workers), expected, absolute: 3e-4, relative: 1e-5) == nil)
  }

  @Test(
    "Rows laid out once give the bits that they give laid out for each product, also to some of the rows",
    arguments: [ProductPrecision.exact, .bfloat16])
  func laidOutRows(precision: ProductPrecision) {
    var random = SplitMix64(seed: 9)
    let workers = Workers(count: 2, precision: precision)
    for format in [ElementFormat.f32, .bf16, .q8_0] {
      let weights = random.stored(2_100, blocks: 96 / format.blockLength, format)
      let laidOut = weights.laidOut(workers)
      let x = random.matrix(7, weights.columns)
      #expect(x.times(transposed: laidOut, workers) == x.times(transposed: weights, workers))
      #expect(
        x.times(transposed: laidOut[rows: 50..<77], workers)
          == x.times(transposed: weights[rows: 50..<77], workers))
      let others = Workers(count: 1, precision: precision == .exact ? .bfloat16 : .exact)
      #expect(x.times(transposed: laidOut, others) == x.times(transposed: weights, others))
    }
  }

  @Test("X · W is the plain sum for odd sizes, also of more rows than a worker takes at a time")
  func plainMatrices() {
    var random = SplitMix64(seed: 3)
    for rows in [1, 2, 17, 128, 129, 301] {
      let x = random.matrix(rows, random.length(1...70))
      let w = random.matrix(x.columns, random.length(1...70))
      #expect(Difference(x.times(w, workers), Naive.product(x, w), absolute: 1e-4, relative: 1e-5) == nil)
    }
  }

  @Test("Products with strided rows read those rows alone")
  func stridedRows() {
    var random = SplitMix64(seed: 4)
    for format in [ElementFormat.f32, .f16, .bf16] {
      let whole = random.stored(21, blocks: 19, format)
      let x = random.matrix(5, 19)
      for first in 0..<3 {
        let picked = whole.widened().picking(rows: Array(stride(from: first, to: 21, by: 3)))
        let product = x.times(transposed: whole.everyRow(from: first, by: 3), workers)
        #expect(
          Difference(product, Naive.product(x, picked.transposed()), absolute: 1e-3, relative: 1e-5) == nil)
      }
    }
  }

  @Test("A product of no rows, or with no outputs, is empty")
  func emptyProducts() {
    let none = Matrix(rows: 0, columns: 4).times(transposed: Matrix(rows: 3, columns: 4), workers)
    #expect((none.rows, none.columns) == (0, 3))
    let nothing = Matrix(rows: 2, columns: 4).times(Matrix(rows: 4, columns: 0), workers)
    #expect((nothing.rows, nothing.columns) == (2, 0))
  }

  @Test(
    "The BLAS and the kernel that products run on agree with a plain loop for random shapes and transpositions"
  )
  func blas() {
    let errors = BLASCheck.largestErrors(seed: 7, shapes: 40)
    #expect(errors.blas < BLASCheck.tolerance)
    #expect(errors.products < BLASCheck.tolerance)
    #expect(errors.rounded < BLASCheck.tolerance)
    #expect(!BLAS.description.isEmpty)
  }

  @Test("The measured rate is a positive number")
  func rate() {
    let rate = BLASCheck.rate(workers)
    #expect(rate > 0 && rate.isFinite)
  }
}
