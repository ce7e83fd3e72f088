/// Histograms that grow with what they count, exactly.
///
/// A feature's bins divide the range from 0 to the least power of two above its greatest activation. When a greater one
/// comes, the range is doubled and bins are joined in pairs, which gives what counting with the larger bins would have.
struct HistogramTally: Equatable {
  private static let bins = DashboardSettings.bins
  private var counts: [UInt32]
  /// The range of each feature ends at two to this power.
  private var exponents: [Int16]
  private static let none = Int16.min

  init(features: Int) {
    counts = Array(repeating: 0, count: features * HistogramTally.bins)
    exponents = Array(repeating: HistogramTally.none, count: features)
  }

  /// Counts activations above 0 of a feature; the greatest of them is known.
  mutating func add(_ values: some Sequence<Float>, greatest: Float, of feature: Int) {
    let exponent = Int16(greatest.exponent) + 1
    if exponents[feature] == HistogramTally.none {
      exponents[feature] = exponent
    } else {
      while exponents[feature] < exponent { double(feature) }
    }
    let scale = HistogramTally.scale(exponents[feature])
    let first = feature * HistogramTally.bins
    for value in values { counts[first + Int(Double(value) * scale)] += 1 }
  }

  /// Bins for each unit.
  private static func scale(_ exponent: Int16) -> Double {
    Double(sign: .plus, exponent: -Int(exponent), significand: Double(bins))
  }

  private mutating func double(_ feature: Int) {
    exponents[feature] += 1
    let first = feature * HistogramTally.bins
    for bin in 0..<HistogramTally.bins {
      let pair = first + 2 * bin
      counts[first + bin] = 2 * bin < HistogramTally.bins ? counts[pair] + counts[pair + 1] : 0
    }
  }

  /// The histogram of a feature; no bins for one that is never active.
  func histogram(_ feature: Int) -> ActivationHistogram {
    guard exponents[feature] != HistogramTally.none else {
      return ActivationHistogram(greatest: 0, counts: [])
    }
    let first = feature * HistogramTally.bins
    return ActivationHistogram(
      greatest: Float(sign: .plus, exponent: Int(exponents[feature]), significand: 1),
      counts: counts[first..<first + HistogramTally.bins].map(Int.init))
  }

  /// Appends all histograms.
  func write(to writer: inout ByteWriter) {
    for exponent in exponents { writer.append(signed: Int(exponent)) }
    for count in counts { writer.append(Int(count)) }
  }

  /// Reads back what ``write(to:)`` wrote.
  init(features: Int, from reader: inout ByteReader) throws(ByteReader.Malformed) {
    self.init(features: features)
    for feature in exponents.indices {
      guard let exponent = Int16(exactly: try reader.signedInt()) else { throw ByteReader.Malformed() }
      exponents[feature] = exponent
    }
    for place in counts.indices { counts[place] = UInt32(try reader.int(atMost: Int(UInt32.max))) }
  }
}
