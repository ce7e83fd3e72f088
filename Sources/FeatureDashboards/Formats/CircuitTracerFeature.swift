/// A feature in the JSON of circuit-tracer's front end.
public struct CircuitTracerFeature: Sendable, Equatable, Codable {
  /// Text around a position where the feature is active.
  public struct Example: Sendable, Equatable, Codable {
    var tokensActsList: [Float]
    /// The place of the position that the example was chosen for.
    var trainTokenInd: Int
    var isRepeatedDatapoint: Bool
    var tokens: [String]

    enum CodingKeys: String, CodingKey {
      case tokensActsList = "tokens_acts_list"
      case trainTokenInd = "train_token_ind"
      case isRepeatedDatapoint = "is_repeated_datapoint"
      case tokens
    }
  }

  /// Examples of one strength.
  public struct Quantile: Sendable, Equatable, Codable {
    var quantileName: String
    var examples: [Example]

    enum CodingKeys: String, CodingKey {
      case quantileName = "quantile_name"
      case examples
    }
  }

  var transcoderID: String
  /// The feature's index in its layer.
  var index: Int
  var examplesQuantiles: [Quantile]
  var topLogits: [String]
  var bottomLogits: [String]
  var actMin: Float
  var actMax: Float
  /// The activations below which 1 %, 2 %, … 99 % of the active positions lie.
  var quantileValues: [Float]
  var histogram: [Double]
  var activationFrequency: Double

  enum CodingKeys: String, CodingKey {
    case transcoderID = "transcoder_id"
    case index
    case examplesQuantiles = "examples_quantiles"
    case topLogits = "top_logits"
    case bottomLogits = "bottom_logits"
    case actMin = "act_min"
    case actMax = "act_max"
    case quantileValues = "quantile_values"
    case histogram
    case activationFrequency = "activation_frequency"
  }

  /// Puts a dashboard into this form, which holds neither labels nor what a feature reads.
  public init(_ dashboard: FeatureDashboard, basis: String, texts: TokenTexts) {
    let spell = { (effects: [TokenEffects.Effect]) in effects.map { texts[$0.token] } }
    transcoderID = basis
    index = dashboard.name.index
    examplesQuantiles = dashboard.exampleGroups.map { group in
      Quantile(
        quantileName: group.name,
        examples: group.examples.map { example in
          Example(
            tokensActsList: example.activations, trainTokenInd: example.focus, isRepeatedDatapoint: false,
            tokens: example.tokens.map { texts[$0] })
        })
    }
    topLogits = spell(dashboard.logitEffects.top)
    bottomLogits = spell(dashboard.logitEffects.bottom)
    actMin = dashboard.activationRange.least
    actMax = dashboard.activationRange.greatest
    quantileValues = dashboard.histogram.percentiles
    histogram = dashboard.histogram.counts.map(Double.init)
    activationFrequency = dashboard.density
  }

  /// Makes a dashboard of it.
  ///
  /// - Parameter library: Takes the texts of examples and tokens.
  public func dashboard(layer: Int, index: Int, _ library: inout TextLibrary) -> FeatureDashboard {
    let effects = { (texts: [String], library: inout TextLibrary) in
      texts.map { TokenEffects.Effect(token: library.id(of: $0), value: 0) }
    }
    var dashboard = FeatureDashboard(
      name: FeatureName(layer: layer, index: index), density: activationFrequency,
      activationRange: ActivationRange(least: actMin, greatest: actMax),
      histogram: ActivationHistogram(greatest: 0, counts: histogram.map { $0.asCount }))
    dashboard.histogram.greatest = dashboard.histogram.counts.isEmpty ? 0 : actMax.nextPowerOfTwo
    dashboard.exampleGroups = examplesQuantiles.map { quantile in
      ExampleGroup(
        name: quantile.quantileName,
        examples: quantile.examples.compactMap { example in
          library.example(example.tokens, example.tokensActsList, focus: example.trainTokenInd)
        })
    }
    dashboard.logitEffects = TokenEffects(
      top: effects(topLogits, &library), bottom: effects(bottomLogits, &library))
    return dashboard
  }
}

extension Float {
  /// The least power of two above a positive number.
  var nextPowerOfTwo: Float {
    self > 0 && isFinite ? Float(sign: .plus, exponent: exponent + 1, significand: 1) : 0
  }
}

extension ActivationHistogram {
  /// The activations below which 1 %, 2 %, … 99 % of the counts lie, to the end of their bin.
  var percentiles: [Float] {
    let total = counts.reduce(0, +)
    guard total > 0 else { return [] }
    var (bin, below) = (0, 0)
    return (1...99).map { percent in
      while bin < counts.count, 100 * (below + counts[bin]) < percent * total {
        below += counts[bin]
        bin += 1
      }
      return greatest * Float(bin + 1) / Float(counts.count)
    }
  }
}
