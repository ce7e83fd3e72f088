import Attribution
import CircuitGraphs

/// An attention score as text: what of query and key makes it.
struct ScorePrinter {
  /// How many terms of a side, and how many pairs, are printed.
  private static let (terms, pairs) = (8, 8)

  let expansion: ScoreExpansion
  /// Describes a node.
  let describe: (Node) -> String
  /// Describes a position.
  let token: (Int) -> String

  var text: String {
    let place = expansion.place
    let head = """
      head \(place.layer).\(place.head) at \(token(place.query)) reads \(token(place.key)): score \
      \(signed(expansion.score)), \(Double(100 * expansion.weight).rounded(to: 1))% of its attention
      """
    let pairs = expansion.strongestPairs(ScorePrinter.pairs).map {
      "  \(signed($0.effect))  \(name($0.query))  ×  \(name($0.key))"
    }
    return
      ([head, "", "what the query has, each against the whole key"] + lines(expansion.queryTerms)
      + ["", "what the key has, each against the whole query"] + lines(expansion.keyTerms)
      + ["", "pairs"] + pairs).joined(separator: "\n")
  }

  private func lines(_ terms: [ScoreTerm]) -> [String] {
    terms.sorted { abs($0.effect) > abs($1.effect) }.prefix(ScorePrinter.terms).map {
      "  \(signed($0.effect))  \(name($0.source))"
    }
  }

  private func name(_ source: Node?) -> String {
    source.map(describe) ?? "constants: biases and the first position's MLPs"
  }

  private func signed(_ effect: Float) -> String {
    (effect < 0 ? "−" : "+") + Double(abs(effect)).rounded(to: 2)
  }
}

/// An attention score as data.
struct ScoreReport: Encodable {
  struct Term: Encodable {
    var source: String
    var effect: Float
  }

  struct Pair: Encodable {
    var query: String
    var key: String
    var effect: Float
  }

  var layer: Int
  var head: Int
  var query: Int
  var key: Int
  var score: Float
  var weight: Float
  var queryTerms: [Term]
  var keyTerms: [Term]
  var pairs: [Pair]

  init(_ expansion: ScoreExpansion, limit: Int = 50) {
    (layer, head) = (expansion.place.layer, expansion.place.head)
    (query, key) = (expansion.place.query, expansion.place.key)
    (score, weight) = (expansion.score, expansion.weight)
    queryTerms = ScoreReport.terms(expansion.queryTerms, limit)
    keyTerms = ScoreReport.terms(expansion.keyTerms, limit)
    pairs = expansion.strongestPairs(limit).map {
      Pair(query: ScoreReport.name($0.query), key: ScoreReport.name($0.key), effect: $0.effect)
    }
  }

  private static func terms(_ terms: [ScoreTerm], _ limit: Int) -> [Term] {
    terms.sorted { abs($0.effect) > abs($1.effect) }.prefix(limit).map {
      Term(source: name($0.source), effect: $0.effect)
    }
  }

  private static func name(_ node: Node?) -> String { node?.description ?? "constants" }
}
