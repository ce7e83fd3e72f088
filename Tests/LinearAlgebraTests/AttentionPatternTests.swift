import LinearAlgebra
import Testing
import _TestSupport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite("Attention patterns")
struct AttentionPatternTests {
  let workers = Workers(count: 2)

  /// A random case: sizes, queries, keys and values.
  struct Case {
    let headCount: Int
    let groups: Int
    let queries: Matrix
    let keys: Matrix
    let values: Matrix

    init(_ random: inout SplitMix64) {
      groups = random.length(1...3)
      headCount = groups * random.length(1...3)
      let keyCount = random.length(1...21), width = random.length(1...9)
      queries = random.matrix(random.length(1...keyCount), headCount * width, deviation: 1.5)
      keys = random.matrix(keyCount, groups * width, deviation: 1.5)
      values = random.matrix(keyCount, groups * width)
    }

    func pattern(_ rule: AttentionPattern.Rule, _ workers: Workers) -> AttentionPattern {
      AttentionPattern(
        queries: queries, keys: keys, headCount: headCount, groups: groups, rule: rule, workers)
    }

    /// The weights by the formula, in the order of `AttentionPattern.weights`.
    func twin(_ rule: AttentionPattern.Rule) -> [Float] {
      (0..<headCount).flatMap { head in
        (0..<queries.rows).flatMap { query in row(head, query, rule) }
      }
    }

    private func row(_ head: Int, _ query: Int, _ rule: AttentionPattern.Rule) -> [Float] {
      let width = queries.columns / headCount, group = head / (headCount / groups)
      let position = keys.rows - queries.rows + query
      let weights = (0..<keys.rows).map { key in
        guard key <= position, position - key < rule.window ?? .max else { return 0.0 }
        var score = (0..<width).reduce(0.0) {
          $0 + Double(queries[query, head * width + $1]) * Double(keys[key, group * width + $1])
        }
        score *= Double(rule.scale)
        if let cap = rule.softCap { score = Double(cap) * tanh(score / Double(cap)) }
        return exp(score)
      }
      let sum = weights.reduce(0, +)
      return weights.map { Float($0 / sum) }
    }
  }

  @Test("Patterns are the softmax of the scaled, capped scores over the keys that a query sees")
  func softmax() {
    var random = SplitMix64(seed: 1)
    let rules: [AttentionPattern.Rule] = [
      .init(scale: 0.5), .init(scale: 1, softCap: 2), .init(scale: 0.7, window: 3),
      .init(scale: 0.7, softCap: 1.5, window: 1), .init(scale: 1, window: 1000),
    ]
    for _ in 0..<12 {
      let example = Case(&random)
      for rule in rules {
        let pattern = example.pattern(rule, workers)
        #expect((pattern.queryCount, pattern.keyCount) == (example.queries.rows, example.keys.rows))
        #expect(Difference(pattern.weights, example.twin(rule), absolute: 1e-5) == nil)
      }
    }
  }

  @Test("What heads read is the weighted sum of their group's values")
  func mix() {
    var random = SplitMix64(seed: 2)
    for _ in 0..<12 {
      let example = Case(&random)
      let pattern = example.pattern(.init(scale: 0.5), workers)
      let width = example.queries.columns / example.headCount
      let twin = Naive.matrix(pattern.queryCount, example.headCount * width) { query, column in
        let head = column / width
        let source = head / (example.headCount / example.groups) * width + column % width
        return (0..<pattern.keyCount).reduce(0.0) { sum, key in
          let weight = pattern.weights[(head * pattern.queryCount + query) * pattern.keyCount + key]
          return sum + Double(weight) * Double(example.values[key, source])
        }
      }
      #expect(
        Difference(pattern.mix(example.values, groups: example.groups, workers), twin, absolute: 1e-5) == nil)
    }
  }

  @Test("Scaling multiplies by the query's and the key's factor; without query factors by the key's alone")
  func scaled() {
    var random = SplitMix64(seed: 3)
    let example = Case(&random)
    let pattern = example.pattern(.init(scale: 1), workers)
    let (byQuery, byKey) = (random.numbers(pattern.queryCount), random.numbers(pattern.keyCount))
    for factors in [byQuery, nil] {
      let scaled = pattern.scaled(queries: factors, keys: byKey, workers)
      let twin = pattern.weights.enumerated().map { place, weight in
        let query = place / pattern.keyCount % pattern.queryCount
        return weight * (factors?[query] ?? 1) * byKey[place % pattern.keyCount]
      }
      #expect(Difference(scaled.weights, twin, absolute: 1e-6) == nil)
    }
  }

  @Test("Gradients at heads' outputs come back to the values that they read", arguments: [1, 2, 3])
  func pull(threads: Int) {
    var random = SplitMix64(seed: 5)
    for _ in 0..<20 {
      let sizes = Case(&random)
      let pattern = sizes.pattern(.init(scale: 0.7, window: random.length(1...30)), workers)
      let width = sizes.queries.columns / sizes.headCount
      let gradients = random.matrix(pattern.queryCount, sizes.queries.columns)
      let shared = sizes.headCount / sizes.groups
      let twin = Naive.matrix(pattern.keyCount, sizes.values.columns) { key, column in
        let (group, unit) = column.quotientAndRemainder(dividingBy: width)
        return (group * shared..<(group + 1) * shared).reduce(0.0) { sum, head in
          (0..<pattern.queryCount).reduce(sum) { sum, query in
            let weight = pattern.weights[(head * pattern.queryCount + query) * pattern.keyCount + key]
            return sum + Double(weight) * Double(gradients[query, head * width + unit])
          }
        }
      }
      let pulled = pattern.pull(gradients, groups: sizes.groups, Workers(count: threads))
      #expect(Difference(pulled, twin, absolute: 1e-5, relative: 1e-5) == nil)
    }
  }

  @Test("The pattern of a prefix is the pattern that the prefix alone has")
  func prefix() {
    var random = SplitMix64(seed: 4)
    let queries = random.matrix(9, 12), keys = random.matrix(9, 6)
    let rule = AttentionPattern.Rule(scale: 0.6, window: 5)
    let whole = AttentionPattern(queries: queries, keys: keys, headCount: 4, groups: 2, rule: rule, workers)
    for count in 1...9 {
      let alone = AttentionPattern(
        queries: queries[rows: 0..<count], keys: keys[rows: 0..<count], headCount: 4, groups: 2, rule: rule,
        workers)
      let cut = whole.prefix(count)
      #expect((cut.queryCount, cut.keyCount) == (count, count))
      #expect(Difference(cut.weights, alone.weights, absolute: 1e-6) == nil)
    }
  }

  @Test("Scores beyond what exp can hold still give weights that sum to 1")
  func largeScores() {
    let queries = Matrix(rows: 3, columns: 1, storage: [300, -300, 300])
    let keys = Matrix(rows: 3, columns: 1, storage: [300, 299, -300])
    let pattern = AttentionPattern(
      queries: queries, keys: keys, headCount: 1, groups: 1, rule: .init(scale: 1), workers)
    #expect(pattern.weights == [1, 0, 0, 0, 1, 0, 1, 0, 0])
  }
}
