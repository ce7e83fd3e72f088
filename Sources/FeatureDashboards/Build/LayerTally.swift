import LinearAlgebra

/// What is counted and kept of one layer's features while the text goes by.
final class LayerTally {
  let layer: Int
  let featureCount: Int
  let settings: DashboardSettings
  private let keys: [UInt64]
  /// The positions at which each feature is active.
  private(set) var active: [Int]
  /// The sum of its activations.
  private(set) var sums: [Double]
  private(set) var ranges: [ActivationRange]
  private(set) var histograms: HistogramTally
  private(set) var tokens: TokenTally
  private(set) var sketches: PositionSketches
  /// The strongest places; their priorities are the bits of the activation.
  private(set) var strongest: CandidateLists
  /// A sample of the places.
  ///
  /// Each position at which a feature is active draws a number, a hash of seed, feature and position. The lowest of a
  /// passage stands for it, and the passages with the lowest are kept: a sample without replacement in which every
  /// position has the same chance to be the first.
  private(set) var sample: CandidateLists

  init(layer: Int, featureCount: Int, _ settings: DashboardSettings) {
    self.layer = layer
    self.featureCount = featureCount
    self.settings = settings
    keys = LayerTally.keys(layer, featureCount, settings)
    active = Array(repeating: 0, count: featureCount)
    sums = Array(repeating: 0, count: featureCount)
    ranges = Array(repeating: ActivationRange(least: 0, greatest: 0), count: featureCount)
    histograms = HistogramTally(features: featureCount)
    tokens = TokenTally(features: featureCount)
    sketches = PositionSketches(features: featureCount)
    strongest = CandidateLists(features: featureCount, limit: settings.topCount)
    sample = CandidateLists(features: featureCount, limit: settings.sampleCount)
  }

  private static func keys(_ layer: Int, _ count: Int, _ settings: DashboardSettings) -> [UInt64] {
    (0..<count).map { MixedBits.key(seed: settings.seed, layer: layer, index: $0) }
  }

  /// Takes in what features do at some passages.
  ///
  /// - Parameter activations: Above 0 each; a row for each position of the passages, one after the other.
  func absorb(_ activations: SparseActivations, _ batch: PassageBatch) {
    let lists = FeatureLists(activations)
    var run = FeatureRun()
    for feature in 0..<featureCount {
      let entries = lists.range(feature)
      var place = entries.lowerBound
      while place < entries.upperBound {
        let passage = Int(lists.positions[place]) / batch.length
        let end = (passage + 1) * batch.length
        run.begin()
        while place < entries.upperBound, Int(lists.positions[place]) < end {
          let position = Int(lists.positions[place])
          if batch.isCounted[position] {
            run.add(position, activations.values[Int(lists.entries[place])])
          }
          place += 1
        }
        if !run.positions.isEmpty { absorb(run, of: feature, passage, batch) }
      }
    }
  }

  /// Takes in what one feature does in one passage.
  private func absorb(_ run: FeatureRun, of feature: Int, _ passage: Int, _ batch: PassageBatch) {
    if active[feature] == 0 { ranges[feature] = ActivationRange(least: run.least, greatest: run.greatest) }
    ranges[feature].least = min(ranges[feature].least, run.least)
    ranges[feature].greatest = max(ranges[feature].greatest, run.greatest)
    active[feature] += run.positions.count
    histograms.add(run.values, greatest: run.greatest, of: feature)
    let first = batch.firstPassage * batch.length
    var (lowest, drawn) = (UInt64.max, 0)
    for (place, position) in run.positions.enumerated() {
      sums[feature] += Double(run.values[place])
      tokens.add(batch.tokens[position], run.values[place], of: feature)
      sketches.add(batch.hashes[position], of: feature)
      let draw = MixedBits.draw(key: keys[feature], position: first + position)
      if draw < lowest { (lowest, drawn) = (draw, place) }
    }
    offer(run, place: drawn, priority: ~lowest, of: feature, passage, batch, to: &sample)
    let bits = UInt64(run.greatest.bitPattern)
    offer(run, place: run.strongest, priority: bits, of: feature, passage, batch, to: &strongest)
  }

  private func offer(
    _ run: FeatureRun, place: Int, priority: UInt64, of feature: Int, _ passage: Int, _ batch: PassageBatch,
    to lists: inout CandidateLists
  ) {
    guard priority > lists.bar(feature) else { return }
    let position = run.positions[place]
    let start = passage * batch.length
    let candidate = CandidateLists.Place(
      priority: priority, text: batch.textHash(around: position),
      passage: UInt32(batch.firstPassage + passage), position: UInt32(position - start))
    lists.offer(candidate, of: feature) {
      run.positions.indices.compactMap { place in
        abs(run.positions[place] - position) <= settings.window
          ? (Int32(run.positions[place] - start), run.values[place]) : nil
      }
    }
  }
}

/// Where one feature is active in one passage of a batch, and how strongly.
private struct FeatureRun {
  var positions: [Int] = []
  var values: [Float] = []
  /// The place of the greatest activation, the first of equal ones.
  var strongest = 0
  var least: Float = .infinity

  var greatest: Float { values[strongest] }

  mutating func begin() {
    positions.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
    strongest = 0
    least = .infinity
  }

  mutating func add(_ position: Int, _ value: Float) {
    positions.append(position)
    values.append(value)
    if value > values[strongest] { strongest = values.count - 1 }
    least = min(least, value)
  }
}

extension LayerTally {
  /// Appends everything.
  func write(to writer: inout ByteWriter) {
    for feature in 0..<featureCount {
      writer.append(active[feature])
      writer.append(sums[feature])
      writer.append(ranges[feature].least)
      writer.append(ranges[feature].greatest)
    }
    histograms.write(to: &writer)
    tokens.write(to: &writer)
    sketches.write(to: &writer)
    strongest.write(to: &writer)
    sample.write(to: &writer)
  }

  /// Reads back what ``write(to:)`` wrote.
  func read(from reader: inout ByteReader) throws(ByteReader.Malformed) {
    for feature in 0..<featureCount {
      active[feature] = try reader.int()
      sums[feature] = try reader.double()
      ranges[feature] = ActivationRange(least: try reader.float(), greatest: try reader.float())
    }
    histograms = try HistogramTally(features: featureCount, from: &reader)
    tokens = try TokenTally(features: featureCount, from: &reader)
    sketches = try PositionSketches(features: featureCount, from: &reader)
    strongest = try CandidateLists(features: featureCount, limit: settings.topCount, from: &reader)
    sample = try CandidateLists(features: featureCount, limit: settings.sampleCount, from: &reader)
  }
}
