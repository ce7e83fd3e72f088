/// For each feature the positions with the lowest hashes among those at which it is active.
///
/// All features share the hash, so two features' sketches tell how many of their positions are the same (bottom-k
/// MinHash: Broder 1997): exactly while both are active at no more positions than a sketch holds.
struct PositionSketches: Equatable {
  private static let size = DashboardSettings.sketchSize
  private var hashes: [UInt32]
  private var counts: [UInt8]
  /// The greatest hash of a full sketch.
  private var bars: [UInt32]

  init(features: Int) {
    hashes = Array(repeating: 0, count: features * PositionSketches.size)
    counts = Array(repeating: 0, count: features)
    bars = Array(repeating: .max, count: features)
  }

  private func range(_ feature: Int) -> Range<Int> {
    feature * PositionSketches.size..<feature * PositionSketches.size + Int(counts[feature])
  }

  /// Adds the hash of a position at which a feature is active.
  mutating func add(_ hash: UInt32, of feature: Int) {
    let range = range(feature)
    guard range.count == PositionSketches.size else {
      hashes[range.upperBound] = hash
      counts[feature] += 1
      if range.count + 1 == PositionSketches.size {
        bars[feature] = hashes[self.range(feature)].max() ?? .max
      }
      return
    }
    guard hash < bars[feature], let greatest = hashes[range].firstIndex(of: bars[feature]) else { return }
    hashes[greatest] = hash
    bars[feature] = hashes[range].max() ?? .max
  }

  /// A feature's hashes, rising.
  func sorted(_ feature: Int) -> [UInt32] { hashes[range(feature)].sorted() }

  /// Appends all sketches.
  func write(to writer: inout ByteWriter) {
    for feature in counts.indices { writer.append(each: hashes[range(feature)]) { $0.append(bits: $1) } }
  }

  /// Reads back what ``write(to:)`` wrote.
  init(features: Int, from reader: inout ByteReader) throws(ByteReader.Malformed) {
    self.init(features: features)
    for feature in 0..<features {
      for _ in 0..<(try reader.int(atMost: PositionSketches.size)) {
        add(try reader.bits(), of: feature)
      }
    }
  }
}
