import Foundation
import LinearAlgebra
import Testing
import _LinearAlgebraShims
import _TestSupport

/// An instruction set that this processor runs.
struct KernelLevel: Sendable, CustomTestStringConvertible {
  let raw: UInt32
  let testDescription: String

  /// Those that this processor runs, so that every copy of a kernel is tested that can be.
  static let all = ["plain", "AVX2", "AVX-512", "AVX512-BF16"].enumerated()
    .map { KernelLevel(raw: UInt32($0), testDescription: $1) }
    .filter { $0.raw <= la_best_level().rawValue }

  func vectors() throws -> la_kernels { try #require(la_kernels_at(la_level(rawValue: raw))).pointee }
  func products() throws -> la_products { try #require(la_products_at(la_level(rawValue: raw))).pointee }
  func packing() throws -> la_packing { try #require(la_packing_at(la_level(rawValue: raw))).pointee }
  func widening() throws -> la_widening { try #require(la_widening_at(la_level(rawValue: raw))).pointee }
}

@Suite("Kernels of every instruction set")
struct KernelLevelTests {
  @Test("A level beyond the processor's has no kernels")
  func beyond() {
    let beyond = la_level(rawValue: la_best_level().rawValue + 1)
    #expect(la_kernels_at(beyond) == nil && la_products_at(beyond) == nil)
    #expect(la_packing_at(beyond) == nil && la_widening_at(beyond) == nil)
  }

  @Test("Sums over rows are the plain sums for every length", arguments: KernelLevel.all)
  func rows(level: KernelLevel) throws {
    let kernels = try level.vectors()
    var random = SplitMix64(seed: 1)
    for count in Array(0...70) + [1025] {
      let a = random.numbers(count), b = random.numbers(count)
      let products = zip(a, b).map { Double($0) * Double($1) }
      #expect(abs(Double(kernels.dot(a, b, count)) - products.reduce(0, +)) < 1e-4)
      var sums = b
      kernels.axpy(0.5, a, &sums, count)
      #expect(Difference(sums, zip(a, b).map { 0.5 * $0 + $1 }, absolute: 1e-6) == nil)
      var (scaled, multiplied) = (b, b)
      kernels.scale(0.3, &scaled, count)
      kernels.multiply(a, &multiplied, count)
      #expect(scaled == b.map { $0 * 0.3 } && multiplied == zip(a, b).map { $0 * $1 })
      var magnitudes = b.map { Double($0) }
      kernels.add_magnitudes(0.25, a, &magnitudes, count)
      let added = zip(a, b).map { (x: Float, y: Float) -> Double in Double(y) + 0.25 * Double(abs(x)) }
      #expect(magnitudes == added)
      let total = a.reduce(0.0) { $0 + Double(abs($1)) }
      #expect(abs(kernels.sum_magnitudes(a, count) - total) <= 1e-12 * (1 + total))
      let squares = a.reduce(0.0) { $0 + Double($1) * Double($1) }
      #expect(abs(kernels.sum_squares(a, count) - squares) <= 1e-12 * (1 + squares))
    }
  }

  @Test("A gradient is carried back through a pattern as the sums say", arguments: KernelLevel.all)
  func pullPattern(level: KernelLevel) throws {
    let kernels = try level.vectors()
    var random = SplitMix64(seed: 2)
    for width in [1, 7, 16, 31, 32, 33, 48, 64, 80] {
      let keys = random.length(2...13), groups = random.length(1...2), last = random.length(1...keys - 1)
      let heads = groups * random.length(1...3)
      let pattern = (0..<heads * keys * keys).map { place in
        place % keys <= place / keys % keys ? Float.random(in: 0...1, using: &random) : 0
      }
      let u = random.matrix(keys, heads * width), zero = random.numbers(groups * width)
      let rows = (0..<keys).map { Int32(keys - 1 - $0) }
      var out = [Float](repeating: 0, count: keys * groups * width)
      let reach = kernels.pull_pattern(
        pattern, keys, heads, groups, width, u.storage, &out, rows, last, zero)
      let weight = { (head: Int, i: Int, j: Int) in Double(pattern[(head * keys + i) * keys + j]) }
      let value = { (head: Int, i: Int, c: Int) in Double(u[Int(rows[i]), head * width + c]) }
      for j in 1...last {
        for column in 0..<groups * width {
          let heads = (0..<heads).filter { $0 / (heads / groups) == column / width }
          let sum = heads.reduce(0.0) { sum, head in
            (j...last).reduce(sum) { $0 + weight(head, $1, j) * value(head, $1, column % width) }
          }
          #expect(abs(Double(out[Int(rows[j]) * groups * width + column]) - sum) < 1e-4)
        }
      }
      var expected = 0.0
      for head in 0..<heads {
        for i in 1...last {
          for c in 0..<width {
            expected +=
              weight(head, i, 0) * value(head, i, c) * Double(zero[head / (heads / groups) * width + c])
          }
        }
      }
      #expect(abs(Double(reach) - expected) < 1e-3)
    }
  }

  @Test("Softmax, activations and caps are what the formulas say", arguments: KernelLevel.all)
  func elementwise(level: KernelLevel) throws {
    let kernels = try level.vectors()
    var random = SplitMix64(seed: 4)
    for count in [1, 2, 15, 16, 17, 33, 100] {
      let x = random.numbers(count, deviation: 8)
      let exponentials = x.map { exp(Double($0)) }
      let sum = exponentials.reduce(0, +)
      var row = x
      kernels.softmax(&row, count)
      #expect(Difference(row, exponentials.map { Float($0 / sum) }, absolute: 1e-9, relative: 2e-6) == nil)
      var capped = x
      kernels.soft_cap(3, &capped, count)
      #expect(
        Difference(capped, x.map { Float(3 * tanh(Double($0) / 3)) }, absolute: 1e-9, relative: 1e-6) == nil)
      let up = random.numbers(count)
      for (code, function) in KernelLevelTests.activations.enumerated() {
        var out = [Float](repeating: 7, count: count)
        kernels.gate(Int32(code), x, up, &out, count)
        let expected = zip(x, up).map { Float(function(Double($0)) * Double($1)) }
        #expect(Difference(out, expected, absolute: 3e-6, relative: 1e-6) == nil, "activation \(code)")
      }
    }
  }

  static let activations: [@Sendable (Double) -> Double] = [
    { $0 / (1 + exp(-$0)) },
    { 0.5 * $0 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) },
    { 0.5 * $0 * (1 + erf($0 / 2.0.squareRoot())) }, { max($0, 0) },
  ]

  @Test("What is immense, infinite or no number stays so at every level", arguments: KernelLevel.all)
  func extremes(level: KernelLevel) throws {
    let kernels = try level.vectors()
    var row: [Float] = [300, -300, 299, -.infinity]
    kernels.softmax(&row, 4)
    #expect(row[1] == 0 && row[3] == 0 && abs(row[0] - 0.7310586) < 1e-6)
    var broken: [Float] = [1, .nan, 2]
    kernels.softmax(&broken, 3)
    #expect(broken.allSatisfy { $0.isNaN })
    var capped: [Float] = [1e30, -1e30, .nan]
    kernels.soft_cap(30, &capped, 3)
    #expect(capped[0] == 30 && capped[1] == -30 && capped[2].isNaN)
    for code in [Int32(0), 1, 2, 3] {
      var out = [Float](repeating: 7, count: 3)
      kernels.gate(code, [1e6, -1e6, .nan], nil, &out, 3)
      #expect(out[0] == 1e6 && abs(out[1]) < 1e-30 && out[2].isNaN, "activation \(code)")
    }
  }

  @Test("Stored numbers widen to the same bits at every level", arguments: KernelLevel.all)
  func widening(level: KernelLevel) throws {
    let (here, plain) = (try level.widening(), try KernelLevel.all[0].widening())
    let functions: [(ElementFormat, la_widen, la_widen)] = [
      (.f16, here.f16, plain.f16), (.bf16, here.bf16, plain.bf16), (.q4_0, here.q4_0, plain.q4_0),
      (.q4_1, here.q4_1, plain.q4_1), (.q5_0, here.q5_0, plain.q5_0), (.q5_1, here.q5_1, plain.q5_1),
      (.q8_0, here.q8_0, plain.q8_0), (.q4_K, here.q4_K, plain.q4_K), (.q5_K, here.q5_K, plain.q5_K),
      (.q6_K, here.q6_K, plain.q6_K),
    ]
    #expect(functions.count == ElementFormat.allCases.count - 1)
    var random = SplitMix64(seed: 3)
    for (format, one, other) in functions {
      for blocks in [0, 1, 3, 37] {
        let bytes = (0..<blocks * format.bytesPerBlock + 1).map { _ in
          UInt8.random(in: .min ... .max, using: &random)
        }
        let count = blocks * format.blockLength
        var (found, expected) = ([Float](repeating: 0, count: count), [Float](repeating: 1, count: count))
        one(bytes, &found, count)
        other(bytes, &expected, count)
        #expect(found.map(\.bitPattern) == expected.map(\.bitPattern), "\(format.rawValue)")
      }
    }
  }
}
