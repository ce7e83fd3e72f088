import Foundation
import GRDB

extension DashboardStore {
  /// Returns features at a glance, in the order of `names`; those that the store does not have are left out.
  ///
  /// - Parameter examples: How many examples of each, the strongest ones.
  public func cards(_ names: [FeatureName], examples: Int = 3) throws(DashboardError) -> [FeatureCard] {
    try read { db in try names.compactMap { try DashboardStore.card($0, examples: examples, db) } }
  }

  /// Returns a page of the features that a query finds.
  public func features(_ query: FeatureQuery, examples: Int = 1) throws(DashboardError) -> FeaturePage {
    try read { db in
      let (names, total) = try query.text.isEmpty ? listed(query, db) : found(query, db)
      let cards = try names.compactMap { try DashboardStore.card($0, examples: examples, db) }
      return FeaturePage(cards: cards, total: total)
    }
  }

  private static func card(_ name: FeatureName, examples: Int, _ db: Database) throws -> FeatureCard? {
    let row = try Row.fetchOne(
      db.cachedStatement(
        sql: "SELECT density, greatest, content FROM feature JOIN dashboard USING (id) WHERE id = ?"),
      arguments: [name.row])
    guard let row else { return nil }
    var reader = ByteReader(row["content"] as Data)
    let excerpts = try reader.firstExcerpts(examples)
    let passages = try passages(Set(excerpts.map(\.passage)), db)
    return FeatureCard(
      name: name, label: try labels(name.row, db).first, density: row["density"], greatest: row["greatest"],
      examples: try excerpts.map { try cut($0, passages) })
  }

  private func listed(_ query: FeatureQuery, _ db: Database) throws -> (names: [FeatureName], total: Int) {
    let total =
      try Int.fetchOne(
        db, sql: "SELECT COUNT(*) FROM feature WHERE \(query.condition)", arguments: query.arguments) ?? 0
    let rows = try Int64.fetchAll(
      db,
      sql: """
        SELECT id FROM feature WHERE \(query.condition) ORDER BY \(query.sorting) LIMIT ? OFFSET ?
        """, arguments: query.arguments + [max(0, query.limit), max(0, query.offset)])
    return (rows.map(FeatureName.init(row:)), total)
  }

  /// Finds by text first, then looks at what was found.
  private func found(_ query: FeatureQuery, _ db: Database) throws -> (names: [FeatureName], total: Int) {
    guard let expression = SearchWords.expression(query.text) else { return ([], 0) }
    let matches = try DashboardStore.matches(expression, db)
    let rows = matches.map { String($0.name.row) }.joined(separator: ",")
    let fitting = try Int64.fetchAll(
      db,
      sql: """
        SELECT id FROM feature WHERE id IN (\(rows)) AND \(query.condition) ORDER BY \(query.sorting)
        """, arguments: query.arguments
    ).map(FeatureName.init(row:))
    var names = fitting
    if query.order == .relevance {
      let kept = Set(fitting)
      names = matches.map(\.name).filter(kept.contains)
      if query.isDescending { names.reverse() }
    }
    return (Array(names.dropFirst(max(0, query.offset)).prefix(max(0, query.limit))), names.count)
  }
}

extension FeatureQuery {
  /// What a feature's row must fulfil.
  fileprivate var condition: String {
    var parts = ["1"]
    if layers != nil { parts.append("id >= ? AND id < ?") }
    if densities != nil { parts.append("density >= ? AND density <= ?") }
    if isNamedByPerson { parts.append("id IN (SELECT feature FROM label WHERE origin = 2)") }
    return parts.joined(separator: " AND ")
  }

  fileprivate var arguments: StatementArguments {
    var arguments: StatementArguments = []
    if let layers {
      let first = FeatureName(layer: layers.lowerBound, index: 0).row
      arguments += [first, FeatureName(layer: layers.upperBound + 1, index: 0).row]
    }
    if let densities { arguments += [densities.lowerBound, densities.upperBound] }
    return arguments
  }

  fileprivate var sorting: String {
    let direction = isDescending ? "DESC" : "ASC"
    return switch order {
    case .name, .relevance: "id \(direction)"
    case .density: "density \(direction), id \(direction)"
    case .greatest: "greatest \(direction), id \(direction)"
    case .label: "label IS NULL, label \(direction), id \(direction)"
    }
  }
}
