import LinearAlgebra
import Testing
import _TestSupport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite("Rotary tables")
struct RotaryTableTests {
  let frequencies = [1.0, 0.31, 0.01]

  @Test("Each pair, half the rotated width apart, turns by position · frequency; the rest stays")
  func twin() {
    var random = SplitMix64(seed: 1)
    for dHead in [6, 7, 10] {
      let before = random.matrix(5, 3 * dHead)
      var after = before
      RotaryTable(frequencies: frequencies).rotate(&after, dHead: dHead, firstPosition: 1000)
      let twin = Naive.matrix(5, 3 * dHead) { row, column in
        let place = column % dHead
        guard place < 6 else { return Double(before[row, column]) }
        let angle = Double(1000 + row) * frequencies[place % 3]
        let x = Double(before[row, place < 3 ? column : column - 3])
        let y = Double(before[row, place < 3 ? column + 3 : column])
        return place < 3 ? x * cos(angle) - y * sin(angle) : y * cos(angle) + x * sin(angle)
      }
      #expect(Difference(after, twin, absolute: 1e-6) == nil)
    }
  }

  @Test("The product of a query and a key depends on their distance alone")
  func distance() {
    var random = SplitMix64(seed: 2)
    let (query, key) = (random.matrix(1, 6), random.matrix(1, 6))
    let product = { (i: Int, j: Int) -> Float in
      var (q, k) = (query, key)
      RotaryTable(frequencies: frequencies).rotate(&q, dHead: 6, firstPosition: i)
      RotaryTable(frequencies: frequencies).rotate(&k, dHead: 6, firstPosition: j)
      return dot(q[row: 0], k[row: 0])
    }
    for i in [3, 50, 2000] { #expect(abs(product(i, i - 3) - product(3, 0)) < 1e-4) }
    #expect(abs(product(9, 0) - product(3, 0)) > 1e-2)
  }
}
