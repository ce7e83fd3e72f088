import LinearAlgebra

/// How a calibration is done; the defaults are those of the command line.
public struct CalibrationSettings: Sendable, Hashable, Codable {
  /// Fresh prompts, over all circuits, on which it is told what features encode.
  public var probes = 600
  /// Fresh prompts, over all circuits, whose graphs are scored.
  public var prompts = 48
  /// What all draws depend on.
  public var seed: UInt64 = 0
  /// The F1 score that a feature must reach to encode a value; above ⅔, so that it encodes at most one value of a variable.
  public var encodingThreshold = 0.8
  /// The fewest probe prompts with, and without, a value on which its encoding is judged.
  public var leastSupport = 5
  /// The share of influence that pruning keeps.
  public var nodeThreshold = 0.8
  /// The share of edge scores that pruning keeps.
  public var edgeThreshold = 0.98
  /// The most features of a graph whose inputs are computed.
  public var maxFeatureNodes = 2000
  /// The factor of a supernode that is suppressed.
  public var suppression: Float = 0

  /// The defaults.
  public init() {}

  /// What is drawn; nothing is drawn with the seed of something else.
  enum Draw: UInt64 {
    case probes = 1
    case prompts, candidates, labels, features
  }

  /// The seed of a draw.
  func seed(of draw: Draw) -> UInt64 {
    var random = SplitMix64(seed: seed &* 16 &+ draw.rawValue)
    return random.next()
  }
}
