import LinearAlgebra

/// Which features are active together, from their sketches.
///
/// 1. All sketches are turned round: which features remember a position.
/// 2. For a feature, those that share positions with it are counted.
/// 3. For those that share most, the overlap of the positions is estimated: of the lowest hashes in either sketch, as many
///    as a sketch holds, the share that is in both.
struct Coactivity {
  private let names: [FeatureName]
  private let sketches: [[UInt32]]
  /// Hash and feature of everything that is remembered, in order.
  private let remembered: [UInt64]
  private let limit: Int

  init(_ tallies: [LayerTally], positions: Int, limit: Int) {
    self.limit = limit
    let most = Int(Double(positions) * DashboardSettings.mostCoactiveDensity)
    var (names, sketches): ([FeatureName], [[UInt32]]) = ([], [])
    for tally in tallies {
      for feature in 0..<tally.featureCount where tally.active[feature] > 0 && tally.active[feature] <= most {
        names.append(FeatureName(layer: tally.layer, index: feature))
        sketches.append(tally.sketches.sorted(feature))
      }
    }
    (self.names, self.sketches) = (names, sketches)
    remembered = sketches.enumerated().flatMap { feature, hashes in
      hashes.map { UInt64($0) << 32 | UInt64(feature) }
    }.sorted()
  }

  /// Returns the features that are active most where each feature is, for those that have any.
  func lists(_ workers: Workers) -> [FeatureName: [CoactiveFeature]] {
    let step = 512
    let blocks = workers.map(Array(stride(from: 0, to: names.count, by: step))) { first in
      var counts = [UInt16](repeating: 0, count: names.count)
      return (first..<min(first + step, names.count)).map { list(of: $0, &counts) }
    }
    return Dictionary(uniqueKeysWithValues: zip(names, blocks.joined()))
  }

  /// - Parameter counts: Zeros, one for each feature, which are zeros again afterwards.
  private func list(of feature: Int, _ counts: inout [UInt16]) -> [CoactiveFeature] {
    var met: [Int] = []
    for hash in sketches[feature] {
      var place = firstPlace(UInt64(hash) << 32)
      while place < remembered.count, remembered[place] >> 32 == UInt64(hash) {
        let other = Int(remembered[place] & 0xFFFF_FFFF)
        if counts[other] == 0 { met.append(other) }
        counts[other] += 1
        place += 1
      }
    }
    counts[feature] = 0
    let best = mostShared(met, counts)
    for other in met { counts[other] = 0 }
    return best.map { CoactiveFeature(name: names[$0], overlap: overlap(feature, $0)) }
      .sorted { ($0.overlap, $1.name) > ($1.overlap, $0.name) }.prefix(limit).map { $0 }
  }

  /// The features whose overlaps are worth an estimate: those that share most positions, of equal ones the first.
  ///
  /// A feature may meet every other one, so only those at or above the least count that is needed are sorted.
  private func mostShared(_ met: [Int], _ counts: [UInt16]) -> ArraySlice<Int> {
    var having = [Int](repeating: 0, count: DashboardSettings.sketchSize + 1)
    for other in met { having[Int(counts[other])] += 1 }
    var (bar, enough) = (DashboardSettings.sketchSize, having[DashboardSettings.sketchSize])
    while bar > 1, enough < 4 * limit {
      bar -= 1
      enough += having[bar]
    }
    return met.filter { counts[$0] >= bar }.sorted { (counts[$0], $1) > (counts[$1], $0) }.prefix(4 * limit)
  }

  /// The first place whose entry is at least `key`.
  private func firstPlace(_ key: UInt64) -> Int {
    var (low, high) = (0, remembered.count)
    while low < high {
      let middle = (low + high) / 2
      if remembered[middle] < key { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func overlap(_ left: Int, _ right: Int) -> Float {
    let (a, b) = (sketches[left], sketches[right])
    let size = DashboardSettings.sketchSize
    // A full sketch knows nothing of hashes above its last.
    var (i, j, all, both) = (0, 0, 0, 0)
    while all < size, i < a.count || j < b.count {
      let x = i < a.count ? a[i] : .max
      let y = j < b.count ? b[j] : .max
      all += 1
      if i < a.count, j < b.count, x == y { both += 1 }
      if x <= y, i < a.count { i += 1 }
      if y <= x, j < b.count { j += 1 }
    }
    return Float(both) / Float(max(1, all))
  }
}
