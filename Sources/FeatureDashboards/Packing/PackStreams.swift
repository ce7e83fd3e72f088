import ModelFiles

/// The parts of a packed file: numbers of one kind lie together, which compresses best.
struct PackStreams<Stream> {
  /// What the numbers of a part are.
  ///
  /// Wide numbers lie apart in a lowest byte and the rest.
  enum Kind: Int, CaseIterable {
    case features, ranges, bins, counts, passages, passagesHigh, positions, places, parts, firing, firingHigh
    case firingSizes, effects, effectsHigh, effectSizes, norms, coactive, coactiveHigh, overlaps
    case lengths, tokens, tokensHigh, documents, labels
  }

  private var streams: [Stream]

  /// Makes the parts.
  init(_ make: (Kind) throws -> Stream) rethrows { streams = try Kind.allCases.map(make) }

  /// A part.
  subscript(kind: Kind) -> Stream {
    get { streams[kind.rawValue] }
    // In place: a part may be large.
    _modify { yield &streams[kind.rawValue] }
  }
}

extension PackStreams where Stream == ByteWriter {
  /// Appends a number in two parts.
  mutating func append(_ value: Int, _ low: Kind, _ high: Kind) {
    self[low].append(bits: UInt8(truncatingIfNeeded: value))
    self[high].append(value >> 8)
  }

  /// Appends a feature; `groupNames` are the names that groups have.
  mutating func append(_ feature: PackedFeature, after last: FeatureName?, _ groupNames: [String]) {
    self[.features].append(feature.name.layer - (last?.layer ?? 0))
    let isSameLayer = last?.layer == feature.name.layer
    self[.features].append(feature.name.index - (isSameLayer ? (last?.index ?? 0) + 1 : 0))
    self[.features].append(feature.active)
    for half in [feature.least, feature.mean, feature.greatest, feature.histogramEnd] {
      self[.ranges].append(bits: half)
    }
    self[.bins].append(feature.bins.count)
    self[.bins].append(raw: feature.bins)
    self[.counts].append(feature.groups.count)
    for group in feature.groups {
      self[.counts].append(groupNames.firstIndex(of: group.name) ?? 0)
      self[.counts].append(group.examples.count)
      for example in group.examples { append(example) }
    }
    appendTokens(feature)
    self[.norms].append(each: feature.norms) { $0.append(bits: $1) }
    self[.counts].append(feature.coactive.count)
    for other in feature.coactive {
      self[.overlaps].append(bits: other.part)
      self[.overlaps].append(other.name.layer)
      append(other.name.index, .coactive, .coactiveHigh)
    }
  }

  private mutating func append(_ example: PackedFeature.Example) {
    append(example.passage, .passages, .passagesHigh)
    self[.positions].append(example.position)
    self[.counts].append(example.active.count)
    var last = -1
    for entry in example.active {
      self[.places].append(entry.place - last - 1)
      self[.parts].append(bits: entry.part)
      last = entry.place
    }
  }

  private mutating func appendTokens(_ feature: PackedFeature) {
    self[.counts].append(feature.firing.count)
    for token in feature.firing {
      append(token.token, .firing, .firingHigh)
      self[.firingSizes].append(bits: token.size)
      self[.firingSizes].append(bits: token.mean)
    }
    for effects in [feature.raised, feature.lowered, feature.embeddings] {
      self[.counts].append(effects.tokens.count)
      self[.effectSizes].append(bits: effects.scale)
      for token in effects.tokens {
        append(token.token, .effects, .effectsHigh)
        self[.effectSizes].append(bits: token.size)
      }
    }
  }

  /// Appends a passage.
  mutating func append(_ passage: Passage) {
    self[.lengths].append(passage.tokens.count)
    self[.documents].append(runsOf: passage.documents)
    for token in passage.tokens { append(token, .tokens, .tokensHigh) }
  }

  /// Appends a label.
  mutating func append(_ label: FeatureLabel, of name: FeatureName) {
    self[.labels].append(name.layer)
    self[.labels].append(name.index)
    self[.labels].append(label.origin.precedence)
    self[.labels].append(label.origin.key.model)
    self[.labels].append(label.origin.key.prompt)
    self[.labels].append(label.text)
    self[.labels].append(label.evidence)
    self[.labels].append(label.time)
  }
}
