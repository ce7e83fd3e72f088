/// What a store keeps of a feature beside the numbers that have columns of their own. Examples refer to passages: their
/// place there, and the activations that are not 0.
extension ByteWriter {
  /// Appends everything of a dashboard that has no column.
  mutating func append(_ dashboard: FeatureDashboard) {
    append(each: dashboard.exampleGroups) { writer, group in
      writer.append(group.name)
      writer.append(each: group.examples) { $0.append($1) }
    }
    append(dashboard.histogram.greatest)
    append(each: dashboard.histogram.counts) { $0.append($1) }
    append(each: dashboard.firingTokens) { writer, token in
      writer.append(token.token)
      writer.append(token.count)
      writer.append(token.meanActivation)
    }
    for effects in [dashboard.logitEffects, dashboard.normedLogitEffects, dashboard.embeddingEffects] {
      append(effects)
    }
    append(each: dashboard.decoderNorms) { $0.append($1) }
    append(each: dashboard.coactive) { writer, other in
      writer.append(other.name.layer)
      writer.append(other.name.index)
      writer.append(other.overlap)
    }
  }

  private mutating func append(_ example: FeatureExample) {
    append(example.passage)
    append(example.start)
    append(example.tokens.count)
    append(example.focus)
    let active = example.activations.enumerated().filter { $0.element != 0 }
    var last = -1
    append(each: active) { writer, entry in
      writer.append(entry.offset - last - 1)
      writer.append(entry.element)
      last = entry.offset
    }
  }

  private mutating func append(_ effects: TokenEffects) {
    for side in [effects.top, effects.bottom] {
      append(each: side) { writer, effect in
        writer.append(effect.token)
        writer.append(effect.value)
      }
    }
  }
}
