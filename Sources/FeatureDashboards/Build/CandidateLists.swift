/// For each feature the best of the places that are offered, with what surrounds them.
///
/// A place's priority says how good it is; of equal ones the earlier is better. What is kept does not depend on the order in
/// which places come: of those with the same text around them the best, and of these the `limit` best. For what is pushed
/// out has `limit` better places with other texts before it, and these only become better.
struct CandidateLists: Equatable {
  /// A place in the text.
  struct Place: Equatable {
    var priority: UInt64
    /// The hash of the tokens around it.
    var text: UInt64
    var passage: UInt32
    var position: UInt32
    /// Where its surroundings begin in the pools.
    fileprivate(set) var offset: UInt32 = 0
    fileprivate(set) var count: UInt32 = 0

    /// Whether this place is kept rather than `other`.
    func isBetter(than other: Place) -> Bool {
      (priority, other.passage, other.position) > (other.priority, passage, position)
    }
  }

  private let limit: Int
  private var places: [Place]
  private var counts: [UInt32]
  /// What a feature's next place must exceed.
  private var bars: [UInt64]
  /// Positions of surroundings and the activations there; those of places that were pushed out lie between.
  private var pool: [Int32] = []
  private var values: [Float] = []
  private var liveCount = 0

  init(features: Int, limit: Int) {
    self.limit = limit
    let none = Place(priority: 0, text: 0, passage: 0, position: 0)
    places = Array(repeating: none, count: features * limit)
    counts = Array(repeating: 0, count: features)
    bars = Array(repeating: 0, count: features)
  }

  /// The priority that a feature's next place must exceed; 0 while every place is kept.
  func bar(_ feature: Int) -> UInt64 { bars[feature] }

  /// The places of a feature, the best first.
  func sorted(_ feature: Int) -> [Place] {
    places[range(feature)].sorted { $0.isBetter(than: $1) }
  }

  /// The positions around a place at which the feature is active, with its activations.
  func surroundings(_ place: Place) -> [(position: Int, value: Float)] {
    let range = Int(place.offset)..<Int(place.offset + place.count)
    return range.map { (Int(pool[$0]), values[$0]) }
  }

  private func range(_ feature: Int) -> Range<Int> {
    feature * limit..<feature * limit + Int(counts[feature])
  }

  /// Keeps a place if it is good enough.
  ///
  /// - Parameter surroundings: The positions around it at which the feature is active, with its activations.
  mutating func offer(
    _ place: Place, of feature: Int, surroundings: () -> [(position: Int32, value: Float)]
  ) {
    guard let slot = slot(for: place, feature) else { return }
    let around = surroundings()
    liveCount += around.count
    places[slot] = place
    places[slot].offset = UInt32(pool.count)
    places[slot].count = UInt32(around.count)
    for (position, value) in around {
      pool.append(position)
      values.append(value)
    }
    if counts[feature] == limit { bars[feature] = places[range(feature)].map(\.priority).min() ?? 0 }
    if pool.count > 2 * liveCount + 1 << 16 { compact() }
  }

  /// The slot that a place takes, which is free then; nil when the place is not good enough.
  private mutating func slot(for place: Place, _ feature: Int) -> Int? {
    let range = range(feature)
    if let same = range.first(where: { places[$0].text == place.text }) {
      return replace(same, with: place)
    }
    guard range.count == limit else {
      counts[feature] += 1
      return range.upperBound
    }
    guard let worst = range.min(by: { places[$1].isBetter(than: places[$0]) }) else { return nil }
    return replace(worst, with: place)
  }

  private mutating func replace(_ slot: Int, with place: Place) -> Int? {
    guard place.isBetter(than: places[slot]) else { return nil }
    liveCount -= Int(places[slot].count)
    return slot
  }

  /// Drops surroundings that no place has any more.
  private mutating func compact() {
    var (pool, values): ([Int32], [Float]) = ([], [])
    pool.reserveCapacity(2 * liveCount)
    values.reserveCapacity(2 * liveCount)
    for feature in counts.indices {
      for slot in range(feature) {
        let old = Int(places[slot].offset)..<Int(places[slot].offset + places[slot].count)
        places[slot].offset = UInt32(pool.count)
        pool += self.pool[old]
        values += self.values[old]
      }
    }
    (self.pool, self.values) = (pool, values)
  }
}

extension CandidateLists {
  /// Appends everything that is kept.
  func write(to writer: inout ByteWriter) {
    for feature in counts.indices {
      writer.append(each: places[range(feature)]) { writer, place in
        writer.append(bits: place.priority)
        writer.append(bits: place.text)
        writer.append(bits: place.passage)
        writer.append(bits: place.position)
        writer.append(each: surroundings(place)) { writer, entry in
          writer.append(entry.position)
          writer.append(entry.value)
        }
      }
    }
  }

  /// Reads back what ``write(to:)`` wrote.
  init(features: Int, limit: Int, from reader: inout ByteReader) throws(ByteReader.Malformed) {
    self.init(features: features, limit: limit)
    for feature in 0..<features {
      for _ in 0..<(try reader.int(atMost: limit)) {
        let place = Place(
          priority: try reader.bits(), text: try reader.bits(), passage: try reader.bits(),
          position: try reader.bits())
        let around = try reader.each { reader throws(ByteReader.Malformed) in
          (position: Int32(try reader.int(atMost: 1 << 30)), value: try reader.float())
        }
        offer(place, of: feature) { around }
      }
    }
  }
}
