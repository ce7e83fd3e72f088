import GRDB

/// A feature that a search finds.
public struct FeatureMatch: Sendable, Equatable, Codable {
  /// The feature.
  public var name: FeatureName
  /// How well it fits, the greater the better; only to compare matches of one search.
  public var relevance: Double
}

extension DashboardStore {
  /// The most matches that a search looks at.
  public static let mostMatches = 2000

  /// Finds the features whose labels, examples or logit tokens hold all the words of a text, the best first.
  ///
  /// Labels count more than examples and logit tokens. Of a feature's examples the strongest five can be found, 16 tokens
  /// around their middle. The last word may be only begun.
  public func search(_ text: String, limit: Int = 20) throws(DashboardError) -> [FeatureMatch] {
    guard let expression = SearchWords.expression(text) else { return [] }
    let matches = try read { db in try DashboardStore.matches(expression, db) }
    return Array(matches.prefix(max(0, limit)))
  }

  /// All matches of an expression, the best first.
  static func matches(_ expression: String, _ db: Database) throws -> [FeatureMatch] {
    var relevances: [Int64: Double] = [:]
    for (table, weight) in [("label_text", 10.0), ("feature_text", 1.0)] {
      // Ranking looks at what was found one by one, so very common words must not find everything.
      let rows = try Row.fetchCursor(
        db.cachedStatement(
          sql: """
            SELECT rowid, bm25(\(table)) AS rank FROM
            \(table) WHERE \(table) MATCH ? LIMIT \(mostMatches)
            """), arguments: [expression])
      while let row = try rows.next() {
        relevances[row["rowid"], default: 0] -= weight * (row["rank"] as Double)
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
