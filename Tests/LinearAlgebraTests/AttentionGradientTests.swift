import LinearAlgebra
import Testing
import _TestSupport

@Suite("Gradients of attention")
struct AttentionGradientTests {
  typealias Case = AttentionPatternTests.Case

  /// Σ G ∘ (pattern · values), in double precision over the pattern's floats.
  private func value(
    _ given: Case, _ operands: AttentionOperands, _ rule: AttentionPattern.Rule, _ reading: Matrix
  ) -> Double {
    let pattern = AttentionPattern(
      queries: operands.queries, keys: operands.keys, headCount: given.headCount, groups: given.groups,
      rule: rule, Workers(count: 1))
    let read = pattern.mix(operands.values, groups: given.groups, Workers(count: 1))
    return zip(read.storage, reading.storage).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }

  @Test(
    "Queries, keys and values get the gradients of finite differences, with fewer queries than keys too",
    arguments: 1...12 as ClosedRange<UInt64>)
  func finiteDifferences(_ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let given = Case(&random)
    let rule = AttentionPattern.Rule(
      scale: 0.4, softCap: seed % 2 == 0 ? 1.5 : nil, window: seed % 3 == 0 ? 4 : nil)
    let operands = AttentionOperands(queries: given.queries, keys: given.keys, values: given.values)
    let reading = random.matrix(given.queries.rows, given.queries.columns)
    let pattern = AttentionPattern(
      queries: given.queries, keys: given.keys, headCount: given.headCount, groups: given.groups, rule: rule,
      Workers(count: 2))
    let found = pattern.pull(reading, to: operands, groups: given.groups, rule: rule, Workers(count: 2))
    let parts: [(WritableKeyPath<AttentionOperands, Matrix>, Matrix)] = [
      (\.queries, found.queries), (\.keys, found.keys), (\.values, found.values),
    ]
    for (part, gradient) in parts {
      let direction = random.matrix(gradient.rows, gradient.columns)
      let reach: Float = 5e-3
      let moved = { (by: Float) in
        var (operands, step) = (operands, direction)
        step.scale(by: by)
        operands[keyPath: part] += step
        return value(given, operands, rule, reading)
      }
      let near = 8 * (moved(reach) - moved(-reach)), far = moved(2 * reach) - moved(-2 * reach)
      let expected = (near - far) / (12 * Double(reach))
      let actual = zip(gradient.storage, direction.storage).reduce(0.0) {
        $0 + Double($1.0) * Double($1.1)
      }
      #expect(abs(actual - expected) < 2e-3 + 1e-3 * abs(expected), "\(actual), but \(expected)")
    }
  }
}
