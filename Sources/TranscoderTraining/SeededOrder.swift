import LinearAlgebra

/// Random choices that a seed determines.
struct SeededOrder {
  private var random: SplitMix64

  init(seed: UInt64, stream: UInt64 = 0) {
    random = SplitMix64(seed: seed &+ stream &* 0x9e37_79b9_97f4_a7c1)
    _ = random.next()
  }

  /// A number from 0 to 1, 1 excluded.
  mutating func unit() -> Double { Double(random.next() >> 11) * 0x1p-53 }

  /// A number from −1 to 1.
  mutating func symmetric() -> Float { Float(2 * unit() - 1) }

  /// `0..<count` in random order (Fisher and Yates).
  mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    for place in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(place, Int(random.next() % UInt64(place + 1)))
    }
    return order
  }
}
