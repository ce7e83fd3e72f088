import Foundation

/// What `trace --json` prints.
struct TraceAnswer: Decodable {
  struct Token: Decodable {
    var id: Int
    var piece: String
  }

  struct Logit: Decodable {
    var id: Int
    var piece: String
    var logit: Double
    var probability: Double
  }

  var tokens: [Token]
  var logits: [Logit]
  var nodeCount: Int
  var edgeCount: Int
  var isLimited: Bool
  var influenceShare: Double
  var activeFeatureCount: Int
  var expandedFeatureCount: Int
  var replacementScore: Double
  var completenessScore: Double
  var seconds: [String: Double]
  var peakBytes: Int
  var files: [String: String]
  var score: Score?

  struct Score: Decodable {
    struct Term: Decodable {
      var source: String
      var effect: Double
    }

    struct Pair: Decodable {
      var query: String
      var key: String
      var effect: Double
    }

    var layer: Int
    var head: Int
    var query: Int
    var key: Int
    var score: Double
    var weight: Double
    var queryTerms: [Term]
    var keyTerms: [Term]
    var pairs: [Pair]
  }
}

/// The parts of a graph file that the tests look at.
struct PageAnswer: Decodable {
  struct Node: Decodable {
    var node_id: String
    var layer: String
    var feature_type: String
    var clerp: String
    var is_target_logit: Bool
  }

  struct Link: Decodable {
    struct Heads: Decodable {
      var direct: Double
      var several: Double
      var through: [[Double]]
    }

    var source: String
    var target: String
    var weight: Double
    var heads: Heads?
  }

  var nodes: [Node]
  var links: [Link]

  init(path: String) throws {
    self = try JSONDecoder().decode(PageAnswer.self, from: Data(contentsOf: URL(filePath: path)))
  }
}

/// What `run --json` prints.
struct RunAnswer: Decodable {
  var tokens: [TraceAnswer.Token]
  var logits: [TraceAnswer.Logit]
}

/// What `tokenize --json` prints.
struct TokenAnswer: Decodable {
  var ids: [Int]
  var pieces: [String]
}
