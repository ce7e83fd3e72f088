/// Text in which one can look up how often a rule holds.
///
/// The offline rules need to know how common tokens are: a feature that is active on half of its ‘the’s says little if
/// there are a thousand times as many.
public struct CorpusSample: Sendable {
  /// The tokens, context after context.
  private let tokens: [Int]
  /// Where the context of each place begins.
  private let starts: [Int32]
  /// The places of each token.
  private let places: [[Int32]]
  /// How many places have each token among the ``TokenRule/reach`` before.
  private let reached: [Int]
  /// The share of places of each class.
  private let shares: [TokenClass: Double]
  private let classes: [TokenClasses]

  /// The number of places.
  public var count: Int { tokens.count }

  /// Takes contexts; tokens beyond the vocabulary are left out.
  public init(_ contexts: [[Int]], _ lexicon: Lexicon) {
    let vocabulary = lexicon.classes.count
    var (tokens, starts): ([Int], [Int32]) = ([], [])
    var places = [[Int32]](repeating: [], count: vocabulary)
    for context in contexts {
      let start = Int32(tokens.count)
      for token in context where (0..<vocabulary).contains(token) {
        places[token].append(Int32(tokens.count))
        tokens.append(token)
        starts.append(start)
      }
    }
    self.tokens = tokens
    self.starts = starts
    self.places = places
    classes = lexicon.classes
    reached = CorpusSample.reached(places, starts)
    var counts: [TokenClass: Int] = [:]
    for token in places.indices where !places[token].isEmpty {
      for kind in TokenClass.allCases where lexicon.classes[token].contains(kind) {
        counts[kind, default: 0] += places[token].count
      }
    }
    shares = counts.mapValues { Double($0) / Double(max(1, tokens.count)) }
  }

  /// Counts, for each token, the places that have it among the tokens before.
  private static func reached(_ places: [[Int32]], _ starts: [Int32]) -> [Int] {
    var ends = [Int32](repeating: 0, count: starts.count)
    var end = Int32(starts.count)
    for place in stride(from: starts.count - 1, through: 0, by: -1) {
      ends[place] = end
      if starts[place] == place { end = Int32(place) }
    }
    return places.map { places in
      zip(places, places.dropFirst() + [.max]).reduce(0) { sum, pair in
        // From the next occurrence on, that one counts.
        sum + Int(min(pair.0 + Int32(TokenRule.reach), ends[Int(pair.0)] - 1, pair.1) - pair.0)
      }
    }
  }

  /// The share of places at which a token stands.
  func share(of token: Int) -> Double {
    places.indices.contains(token) ? Double(places[token].count) / Double(max(1, count)) : 0
  }

  /// The share of places that have a token among the ``TokenRule/reach`` before.
  func shareBehind(_ token: Int) -> Double {
    reached.indices.contains(token) ? Double(reached[token]) / Double(max(1, count)) : 0
  }

  /// The share of places at which a rule holds.
  public func share(of rule: TokenRule) -> Double {
    if rule.tokens.isEmpty, rule.previous.isEmpty {
      if rule.earlier.isEmpty { return rule.kind.map { shares[$0] ?? 0 } ?? 1 }
      if rule.kind == nil, rule.earlier.count == 1 { return shareBehind(rule.earlier[0]) }
    }
    var count = 0
    forEachCandidate(rule) { if holds(rule, at: $0) { count += 1 } }
    return Double(count) / Double(max(1, self.count))
  }

  /// Calls `body` once with every place at which the rule can hold.
  private func forEachCandidate(_ rule: TokenRule, _ body: (Int) -> Void) {
    if !rule.tokens.isEmpty {
      forEachPlace(of: rule.tokens, body)
    } else if !rule.previous.isEmpty {
      forEachPlace(of: rule.previous) {
        if starts.indices.contains($0 + 1), starts[$0 + 1] <= $0 { body($0 + 1) }
      }
    } else {
      for place in 0..<count { body(place) }
    }
  }

  private func forEachPlace(of tokens: [Int], _ body: (Int) -> Void) {
    for token in tokens where places.indices.contains(token) {
      for place in places[token] { body(Int(place)) }
    }
  }

  private func holds(_ rule: TokenRule, at place: Int) -> Bool {
    let first = max(Int(starts[place]), place - TokenRule.reach)
    return rule.holds(in: tokens[first...place], at: place, classes: classes)
  }
}
