/// An example whose tokens are still in its passage.
struct Excerpt {
  var passage: Int
  var start: Int
  var count: Int
  var focus: Int
  var activations: [(place: Int, value: Float)]

  /// Cuts the example out of its passage; nil when it does not lie in it.
  func example(_ passages: [Int: Passage]) -> FeatureExample? {
    guard let source = passages[passage], start + count <= source.tokens.count else { return nil }
    var values = [Float](repeating: 0, count: count)
    for (place, value) in activations { values[place] = value }
    return FeatureExample(
      passage: passage, start: start, document: source.documents[start + focus],
      tokens: Array(source.tokens[start..<start + count]), activations: values, focus: focus)
  }
}

extension ByteReader {
  /// Reads the groups of examples.
  mutating func excerpts() throws(Malformed) -> [(name: String, examples: [Excerpt])] {
    try each { reader throws(Malformed) in
      (try reader.text(), try reader.each { reader throws(Malformed) in try reader.excerpt() })
    }
  }

  /// Reads the `count` first examples of the first group.
  mutating func firstExcerpts(_ count: Int) throws(Malformed) -> [Excerpt] {
    guard try int() > 0 else { return [] }
    _ = try text()
    var found: [Excerpt] = []
    for _ in 0..<min(count, try int()) { found.append(try excerpt()) }
    return found
  }

  private mutating func excerpt() throws(Malformed) -> Excerpt {
    let (passage, start, count) = (try int(), try int(atMost: 1 << 32), try int(atMost: 1 << 20))
    let focus = try int(atMost: count - 1)
    var last = -1
    let activations = try each { reader throws(Malformed) in
      let place = last + 1 + (try reader.int(atMost: count))
      guard place < count else { throw Malformed() }
      last = place
      return (place: place, value: try reader.float())
    }
    return Excerpt(passage: passage, start: start, count: count, focus: focus, activations: activations)
  }

  /// Reads what stands behind the examples.
  mutating func fill(_ dashboard: inout FeatureDashboard) throws(Malformed) {
    dashboard.histogram = ActivationHistogram(
      greatest: try float(), counts: try each { reader throws(Malformed) in try reader.int() })
    dashboard.firingTokens = try each { reader throws(Malformed) in
      FiringToken(token: try reader.int(), count: try reader.int(), meanActivation: try reader.float())
    }
    dashboard.logitEffects = try effects()
    dashboard.normedLogitEffects = try effects()
    dashboard.embeddingEffects = try effects()
    dashboard.decoderNorms = try each { reader throws(Malformed) in try reader.float() }
    dashboard.coactive = try each { reader throws(Malformed) in
      let name = FeatureName(layer: try reader.int(), index: try reader.int())
      return CoactiveFeature(name: name, overlap: try reader.float())
    }
  }

  private mutating func effects() throws(Malformed) -> TokenEffects {
    TokenEffects(top: try side(), bottom: try side())
  }

  private mutating func side() throws(Malformed) -> [TokenEffects.Effect] {
    try each { reader throws(Malformed) in
      TokenEffects.Effect(token: try reader.int(), value: try reader.float())
    }
  }
}
