/// The models that can be called by a short id.
public struct Catalogue: Sendable, Hashable {
  /// The models, in the order in which they are listed to people.
  public let entries: [CatalogueEntry]

  /// A catalogue of these models.
  public init(entries: [CatalogueEntry]) {
    self.entries = entries
  }

  /// The entry with this id.
  public func entry(id: String) -> CatalogueEntry? {
    entries.first { $0.id == id }
  }

  /// The ids nearest to a name that is none of them, nearest first.
  ///
  /// 1. Case is ignored.
  /// 2. The distance is the number of single-character edits between name and id (Levenshtein); an id that
  ///    contains the name, or the other way round, counts as one edit.
  /// 3. Ids further away than half the longer of the two are left out, unless nothing remains: then all ids count.
  ///
  /// - Parameter limit: At most how many ids are returned.
  public func nearest(to name: String, limit: Int = 3) -> [String] {
    let wanted = name.prefix(200).lowercased()
    let ranked = entries.map(\.id).map { (id: $0, distance: Self.distance(wanted, $0.lowercased())) }
      .sorted { ($0.distance, $0.id) < ($1.distance, $1.id) }
    let near = ranked.filter { $0.distance * 2 <= max(wanted.count, $0.id.count) }
    return (near.isEmpty ? ranked : near).prefix(limit).map(\.id)
  }

  private static func distance(_ a: String, _ b: String) -> Int {
    if a.count >= 3, a.contains(b) || b.contains(a) { return 1 }
    let b = Array(b)
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let replaced = diagonal + (x == y ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
      }
    }
    return row[b.count]
  }
}
