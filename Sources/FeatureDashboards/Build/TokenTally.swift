/// Counts at which tokens each feature is active most often, in bounded memory.
///
/// For each feature a fixed number of tokens is counted; a new token takes the place of the one with the fewest counts
/// (Space-Saving: Metwally, Agrawal, El Abbadi 2005). A token at which the feature is active more often than its active
/// positions divided by that number is always among them. What is reported of a token was counted since it came in: exact
/// for a feature that is active at few different tokens, else at least that often.
struct TokenTally: Equatable {
  /// A token that is counted.
  private struct Counter: Equatable {
    /// Counts that the token found in its place.
    var inherited: UInt32 = 0
    var count: UInt32 = 0
    var sum = 0.0
  }

  private static let size = DashboardSettings.countedTokens
  private var tokens: [UInt32]
  private var counters: [Counter]
  private var used: [UInt8]

  init(features: Int) {
    tokens = Array(repeating: 0, count: features * TokenTally.size)
    counters = Array(repeating: Counter(), count: tokens.count)
    used = Array(repeating: 0, count: features)
  }

  /// Counts a token at which a feature is active.
  mutating func add(_ token: UInt32, _ value: Float, of feature: Int) {
    let first = feature * TokenTally.size
    let range = first..<first + Int(used[feature])
    var slot = tokens[range].firstIndex(of: token)
    if slot == nil, range.count < TokenTally.size {
      slot = range.upperBound
      used[feature] += 1
      tokens[range.upperBound] = token
    }
    let place = slot ?? replaceRarest(range, with: token)
    counters[place].count += 1
    counters[place].sum += Double(value)
  }

  private mutating func replaceRarest(_ range: Range<Int>, with token: UInt32) -> Int {
    var (place, least) = (range.lowerBound, UInt32.max)
    for slot in range {
      let total = counters[slot].inherited + counters[slot].count
      if total < least { (place, least) = (slot, total) }
    }
    tokens[place] = token
    counters[place] = Counter(inherited: least)
    return place
  }

  /// The tokens that were counted most often, the most frequent first.
  func most(_ limit: Int, of feature: Int) -> [FiringToken] {
    let first = feature * TokenTally.size
    return (first..<first + Int(used[feature])).map { place in
      FiringToken(
        token: Int(tokens[place]), count: Int(counters[place].count),
        meanActivation: Float(counters[place].sum / Double(counters[place].count)))
    }.sorted { ($0.count, $1.token) > ($1.count, $0.token) }.prefix(limit).map { $0 }
  }

  /// Appends all counters.
  func write(to writer: inout ByteWriter) {
    for feature in used.indices {
      let first = feature * TokenTally.size
      writer.append(each: first..<first + Int(used[feature])) { writer, place in
        writer.append(Int(tokens[place]))
        writer.append(Int(counters[place].inherited))
        writer.append(Int(counters[place].count))
        writer.append(counters[place].sum)
      }
    }
  }

  /// Reads back what ``write(to:)`` wrote.
  init(features: Int, from reader: inout ByteReader) throws(ByteReader.Malformed) {
    self.init(features: features)
    let most = Int(UInt32.max)
    for feature in 0..<features {
      let count = try reader.int(atMost: TokenTally.size)
      used[feature] = UInt8(count)
      for place in feature * TokenTally.size..<feature * TokenTally.size + count {
        tokens[place] = UInt32(try reader.int(atMost: most))
        counters[place] = Counter(
          inherited: UInt32(try reader.int(atMost: most)), count: UInt32(try reader.int(atMost: most)),
          sum: try reader.double())
      }
    }
  }
}
