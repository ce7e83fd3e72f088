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
  /// How many places have each token just before.
  private let followed: [Int]
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
    followed = places.map { places in
      places.count { starts.indices.contains(Int($0) + 1) && starts[Int($0) + 1] <= $0 }
    }
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
    if let share = shareOfOnePart(rule) { return share }
    var count = 0
    forEachCandidate(rule) { if holds(rule, at: $0) { count += 1 } }
    return Double(count) / Double(max(1, self.count))
  }

  /// The share of a rule with one part only, which is known without looking; nil for others.
  private func shareOfOnePart(_ rule: TokenRule) -> Double? {
    let whole = Double(max(1, count))
    switch (rule.tokens.isEmpty, rule.kind, rule.previous.isEmpty, rule.earlier.count) {
    case (true, nil, true, 0): return 1
    case (false, nil, true, 0):
      return Double(rule.tokens.reduce(0) { $0 + (places.indices.contains($1) ? places[$1].count : 0) })
        / whole
    case (true, let kind?, true, 0): return shares[kind] ?? 0
    case (true, nil, false, 0):
      return Double(rule.previous.reduce(0) { $0 + (followed.indices.contains($1) ? followed[$1] : 0) })
        / whole
    case (true, nil, true, 1): return shareBehind(rule.earlier[0])
    default: return nil
    }
  }

  /// Calls `body` once with every place at which the rule can hold.
  private func forEachCandidate(_ rule: TokenRule, _ body: (Int) -> Void) {
    if !rule.tokens.isEmpty {
      forEachPlace(of: rule.tokens, body)
    } else if !rule.previous.isEmpty {
      forEachPlace(of: rule.previous) {
        if starts.indices.contains($0 + 1), starts[$0 + 1] <= $0 { body($0 + 1) }
      }
    } else if rule.earlier.count == 1 {
      forEachPlace(behind: rule.earlier[0], body)
    } else {
      for place in 0..<count { body(place) }
    }
  }

  /// Calls `body` once with every place that has a token among those before.
  private func forEachPlace(behind token: Int, _ body: (Int) -> Void) {
    guard places.indices.contains(token) else { return }
    var done = 0
    for before in places[token] {
      var place = max(Int(before) + 1, done)
      while place < count, place <= Int(before) + TokenRule.reach, starts[place] <= before {
        body(place)
        place += 1
      }
      done = max(done, place)
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
