import Foundation

/// A feature in Neuronpedia's JSON, as its API gives it; keys that say nothing here are left out.
public struct NeuronpediaFeature: Sendable, Equatable, Codable {
  /// An example.
  public struct Activation: Sendable, Equatable, Codable {
    var tokens: [String]
    var values: [Float]
    var maxValue: Float
    var maxValueTokenIndex: Int
    var minValue: Float
    /// The document.
    var dataIndex: String?
    /// The position that the example was chosen for; without it the strongest one.
    var qualifyingTokenIndex: Int?
    /// The shares of active positions between which the example lies; none for the strongest ones.
    var binMin: Float?
    var binMax: Float?
  }

  /// A label.
  public struct Explanation: Sendable, Equatable, Codable {
    var description: String
    var typeName: String?
    var explanationModelName: String?
    var authorName: String?
    var evidence: String?
    var time: Double?
  }

  var modelId: String
  /// Such as `12-transcoder-16k`: the layer stands first.
  var layer: String
  /// As a text in the API's answers, as a number in its exports.
  var index: String
  var maxActApprox: Float
  var minAct: Float?
  var frac_nonzero: Double
  var activePositions: Int?
  var meanActivation: Double?
  var pos_str: [String]
  var pos_values: [Float]
  var neg_str: [String]
  var neg_values: [Float]
  var freq_hist_data_bar_heights: [Double]
  var freq_hist_data_bar_values: [Float]
  var activations: [Activation]
  var explanations: [Explanation]
}
