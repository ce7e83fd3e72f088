import GRDB

/// A feature that a search finds.
public struct FeatureMatch: Sendable, Equatable, Codable {
  /// The feature.
  public var name: FeatureName
  /// How well it fits, the greater the better; only to compare matches of one search.
  public var relevance: Double
}

extension DashboardStore {
  /// The most matches of a kind that a search looks at.
  public static let mostMatches = 2000

  /// Finds the features whose labels, or examples and logit tokens, hold all the words of a text, the best first.
  ///
  /// A label counts more than logit tokens, and these more than examples; of equal ones the feature that is active more
  /// rarely comes first. Of a feature's examples the strongest five can be found, 16 tokens around their middle. The
  /// last word may be only begun, from its third letter on.
  public func search(_ text: String, limit: Int = 20) throws(DashboardError) -> [FeatureMatch] {
    guard let expression = SearchWords.expression(text) else { return [] }
    let matches = try read { db in try DashboardStore.matches(expression, db) }
    return Array(matches.prefix(max(0, limit)))
  }

  /// All matches of an expression, the best first.
  static func matches(_ expression: String, _ db: Database) throws -> [FeatureMatch] {
    var relevances: [Int64: Double] = [:]
    let places = [
      ("label_text", expression, 8.0), ("feature_text", "outputs : (\(expression))", 4),
      ("feature_text", "examples : (\(expression))", 2), ("feature_text", expression, 1),
    ]
    for (table, expression, weight) in places {
      // A very common word must not find everything.
      let statement = try db.cachedStatement(
        sql: """
          SELECT id, density FROM (SELECT rowid FROM \(table) WHERE \(table) MATCH ? LIMIT \(mostMatches)) AS found
          JOIN feature ON id = found.rowid
          """)
      let rows = try Row.fetchCursor(statement, arguments: [expression])
      while let row = try rows.next() {
        let (id, density): (Int64, Double) = (row[0], row[1])
        relevances[id, default: 1 - density] += weight
      }
    }
    return relevances.map { FeatureMatch(name: FeatureName(row: $0), relevance: $1) }.sorted {
      ($0.relevance, $1.name) > ($1.relevance, $0.name)
    }
  }
}

extension FeatureDashboard {
  /// What can be found: texts of examples, and of the tokens that the feature raises or reads.
  func searchTexts(_ texts: TokenTexts) -> (examples: String, outputs: String) {
    let pieces = (exampleGroups.first?.examples.prefix(5) ?? []).map { example in
      let around = max(0, example.focus - 16)..<min(example.tokens.count, example.focus + 17)
      return example.tokens[around].map { texts[$0] }.joined()
    }
    let effects = [normedLogitEffects, logitEffects, embeddingEffects]
    let outputs = effects.flatMap { $0.top.map { texts[$0.token] } }
    return (
      SearchWords.indexed(pieces.joined(separator: " \n ")),
      SearchWords.indexed(outputs.joined(separator: " "))
    )
  }
}
