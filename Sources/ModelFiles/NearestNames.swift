/// Returns up to three of `candidates` that need the fewest insertions, deletions and substitutions to become
/// `name`.
///
/// Only names that share most of their letters count. The work is bounded whatever a file holds: very long
/// names and those beyond the first twenty thousand are not looked at.
func nearestNames(to name: String, among candidates: some Sequence<String>) -> [String] {
  let wanted = Array(name.utf8.prefix(200))
  let limit = max(2, wanted.count / 3)
  var ranked: [(distance: Int, name: String)] = []
  for candidate in candidates.prefix(20_000) {
    let length = candidate.utf8.count
    guard length <= 256, abs(length - wanted.count) <= limit else { continue }
    let distance = editDistance(wanted, Array(candidate.utf8))
    if distance <= limit { ranked.append((distance, candidate)) }
  }
  ranked.sort { ($0.distance, $0.name) < ($1.distance, $1.name) }
  return ranked.prefix(3).map(\.name)
}

/// Levenshtein's distance, one row of the table at a time.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var row = Array(0...b.count)
  for (i, letter) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, other) in b.enumerated() {
      let substituted = diagonal + (letter == other ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[b.count]
}
