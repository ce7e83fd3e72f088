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

  var modelID: String
  /// Such as `12-transcoder-16k`: the layer stands first.
  var layer: String
  /// As a text in the API's answers, as a number in its exports.
  var index: String
  var maxActApprox: Float
  var minAct: Float?
  var fracNonzero: Double
  var activePositions: Int?
  var meanActivation: Double?
  /// The tokens that the feature raises most, through the final norm, and how much.
  var raisedTexts: [String]
  var raisedValues: [Float]
  var loweredTexts: [String]
  var loweredValues: [Float]
  /// Positions in each bin of the histogram, and the bins' middles.
  var histogramHeights: [Double]
  var histogramMiddles: [Float]
  var activations: [Activation]
  var explanations: [Explanation]

  enum CodingKeys: String, CodingKey {
    case modelID = "modelId"
    case layer, index, maxActApprox, minAct, activePositions, meanActivation
    case fracNonzero = "frac_nonzero"
    case raisedTexts = "pos_str"
    case raisedValues = "pos_values"
    case loweredTexts = "neg_str"
    case loweredValues = "neg_values"
    case histogramHeights = "freq_hist_data_bar_heights"
    case histogramMiddles = "freq_hist_data_bar_values"
    case activations, explanations
  }
}
