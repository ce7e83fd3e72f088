import ArgumentParser
import Attribution
import Transformers

/// An attention score as it is written on the command line: `LAYER.HEAD@QUERY[,KEY]`.
struct ScorePlace: ExpressibleByArgument, Equatable {
  let layer: Int
  let head: Int
  /// The position that reads; a negative one counts from the end.
  let query: Int
  /// The position that is read; nil for the one that is read most.
  let key: Int?

  init?(argument: String) {
    let sides = argument.split(separator: "@", omittingEmptySubsequences: false)
    guard sides.count == 2 else { return nil }
    let head = sides[0].split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    let positions = sides[1].split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard head.count == 2, (1...2).contains(positions.count), let layer = head[0], let index = head[1],
      let query = positions[0], positions.count == 1 || positions[1] != nil
    else { return nil }
    self.layer = layer
    self.head = index
    self.query = query
    key = positions.count == 2 ? positions[1] : nil
  }

  /// The score in a prompt of `count` tokens; the key is the query itself while none is named.
  func score(positionCount count: Int, key: Int? = nil) -> AttentionScore {
    let query = query < 0 ? query + count : query
    let key = key ?? self.key ?? query
    return AttentionScore(layer: layer, head: head, query: query, key: key < 0 ? key + count : key)
  }

  /// Expands the score; the key is the position that the head reads most where none is named.
  func expansion(_ scores: ScoreAttributor, positionCount: Int) throws -> ScoreExpansion {
    let named = score(positionCount: positionCount)
    guard key == nil else { return try scores.expansion(of: named) }
    let key = try scores.strongestKey(layer: layer, head: head, query: named.query)
    return try scores.expansion(of: score(positionCount: positionCount, key: key))
  }
}
