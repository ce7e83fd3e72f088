/// Hashes that a seed determines, the same on every machine.
package enum MixedBits {
  /// Mixes 64 bits one to one (the finaliser of SplitMix64).
  package static func mix(_ value: UInt64) -> UInt64 {
    var bits = value &+ 0x9E37_79B9_7F4A_7C15
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  /// Mixes 32 bits one to one, so that different positions never meet (the finaliser of MurmurHash3).
  package static func mix(_ value: UInt32) -> UInt32 {
    var bits = (value ^ (value >> 16)) &* 0x85EB_CA6B
    bits = (bits ^ (bits >> 13)) &* 0xC2B2_AE35
    return bits ^ (bits >> 16)
  }

  /// The rank of a feature's position in the draw of its sample, from its own key.
  package static func draw(key: UInt64, position: Int) -> UInt64 { mix(key ^ UInt64(position)) }

  /// The key of a feature.
  package static func key(seed: UInt64, layer: Int, index: Int) -> UInt64 {
    mix(mix(seed) ^ (UInt64(layer) << 32 | UInt64(index)))
  }
}
