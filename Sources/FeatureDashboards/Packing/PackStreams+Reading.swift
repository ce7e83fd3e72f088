import ModelFiles

extension PackStreams where Stream == ByteReader {
  /// Reads a number in two parts.
  mutating func int(_ low: Kind, _ high: Kind) throws(ByteReader.Malformed) -> Int {
    let byte: UInt8 = try self[low].bits()
    return try self[high].int(atMost: 1 << 40) << 8 | Int(byte)
  }

  /// Reads a feature.
  mutating func feature(
    after last: FeatureName?, _ groupNames: [String]
  ) throws(ByteReader.Malformed) -> PackedFeature {
    let layer = (last?.layer ?? 0) + (try self[.features].int(atMost: 1 << 20))
    let start = last?.layer == layer ? (last?.index ?? 0) + 1 : 0
    let name = FeatureName(layer: layer, index: start + (try self[.features].int(atMost: 1 << 31)))
    let active = try self[.features].int()
    let (least, mean): (UInt16, UInt16) = (try self[.ranges].bits(), try self[.ranges].bits())
    let (greatest, end): (UInt16, UInt16) = (try self[.ranges].bits(), try self[.ranges].bits())
    let bins = try self[.bins].raw(try self[.bins].int(atMost: 1 << 16))
    let groups = try many { streams throws(ByteReader.Malformed) in try streams.group(groupNames) }
    let firing = try many { streams throws(ByteReader.Malformed) in
      PackedFeature.Token(
        token: try streams.int(.firing, .firingHigh), size: try streams[.firingSizes].bits(),
        mean: try streams[.firingSizes].bits())
    }
    return PackedFeature(
      name: name, active: active, least: least, mean: mean, greatest: greatest, histogramEnd: end,
      bins: Array(bins), groups: groups, firing: firing, raised: try effects(), lowered: try effects(),
      embeddings: try effects(),
      norms: try self[.norms].each { reader throws(ByteReader.Malformed) in try reader.bits() },
      coactive: try many { streams throws(ByteReader.Malformed) in try streams.coactive() })
  }

  /// Reads as many things as the counts say.
  private mutating func many<Value>(
    _ read: (inout PackStreams) throws(ByteReader.Malformed) -> Value
  ) throws(ByteReader.Malformed) -> [Value] {
    var values: [Value] = []
    for _ in 0..<(try self[.counts].int(atMost: 1 << 20)) { values.append(try read(&self)) }
    return values
  }

  private mutating func group(_ names: [String]) throws(ByteReader.Malformed) -> PackedFeature.Group {
    let name = try self[.counts].int(atMost: names.count - 1)
    return PackedFeature.Group(
      name: names[name], examples: try many { streams throws(ByteReader.Malformed) in try streams.example() })
  }

  private mutating func example() throws(ByteReader.Malformed) -> PackedFeature.Example {
    let (passage, position) = (try int(.passages, .passagesHigh), try self[.positions].int(atMost: 1 << 32))
    var last = -1
    return PackedFeature.Example(
      passage: passage, position: position,
      active: try many { streams throws(ByteReader.Malformed) in
        last += 1 + (try streams[.places].int(atMost: 1 << 20))
        return PackedFeature.Active(place: last, part: try streams[.parts].bits())
      })
  }

  private mutating func effects() throws(ByteReader.Malformed) -> PackedFeature.Effects {
    let scale: UInt16 = try self[.effectSizes].bits()
    return PackedFeature.Effects(
      scale: scale,
      tokens: try many { streams throws(ByteReader.Malformed) in
        PackedFeature.Token(
          token: try streams.int(.effects, .effectsHigh), size: try streams[.effectSizes].bits())
      })
  }

  private mutating func coactive() throws(ByteReader.Malformed) -> PackedFeature.Coactive {
    let part: UInt8 = try self[.overlaps].bits()
    let layer = try self[.overlaps].int(atMost: 1 << 20)
    return PackedFeature.Coactive(
      name: FeatureName(layer: layer, index: try int(.coactive, .coactiveHigh)), part: part)
  }

  /// Reads a passage.
  mutating func passage(id: Int) throws(ByteReader.Malformed) -> Passage {
    let count = try self[.lengths].int(atMost: 1 << 20)
    let documents = try self[.documents].runs()
    guard documents.count == count else { throw ByteReader.Malformed() }
    var tokens: [Int] = []
    for _ in 0..<count { tokens.append(try int(.tokens, .tokensHigh)) }
    return Passage(id: id, tokens: tokens, documents: documents)
  }

  /// Reads all labels.
  mutating func labels() throws(ByteReader.Malformed) -> [(name: FeatureName, label: FeatureLabel)] {
    var labels: [(FeatureName, FeatureLabel)] = []
    while !self[.labels].isAtEnd {
      let name = FeatureName(
        layer: try self[.labels].int(atMost: 1 << 20), index: try self[.labels].int(atMost: 1 << 31))
      let precedence = try self[.labels].int(atMost: 2)
      let (model, prompt) = (try self[.labels].text(), try self[.labels].text())
      let origin: FeatureLabel.Origin =
        precedence == 2 ? .person : precedence == 1 ? .model(name: model, prompt: prompt) : .heuristic
      labels.append(
        (
          name,
          FeatureLabel(
            text: try self[.labels].text(), origin: origin, evidence: try self[.labels].text(),
            time: try self[.labels].double())
        ))
    }
    return labels
  }
}
