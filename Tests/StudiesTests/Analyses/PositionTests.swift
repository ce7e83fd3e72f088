import Attribution
import CircuitGraphs
import LinearAlgebra
import ReplacementModels
import Studies
import Testing
import Transcoders
import Transformers
import _TestSupport

@Suite("Graphs at every position")
struct PositionTests {
  private let tokens = [4, 9, 2, 9, 17, 30, 8]

  @Test(
    "The graph at a position is that of the prompt that ends there", arguments: TinyTransformer.forms,
    [TinyTranscoders.forms[1], TinyTranscoders.forms[5]])
  func twin(form: TinyTransformer, transcoders: TinyTranscoders) throws {
    let transformer = form.transformer(seed: 61)
    let set = transcoders.set(for: transformer, tokens: tokens)
    let traces = try PositionTraces(transformer, set, tokens: tokens)
    for position in tokens.indices {
      let local = traces.model(at: position)
      let plain = try LocalReplacementModel(transformer, set, tokens: Array(tokens[...position]))
      #expect(Difference(local.logits, plain.logits, absolute: 2e-4) == nil)
      #expect(local.features.sites == plain.features.sites)
      let (one, other) = (try graph(local), try graph(plain))
      #expect(one.layout == other.layout)
      for row in 0..<one.layout.count {
        for column in 0..<one.layout.count {
          let (found, wanted) = (
            one.edges.weight(row: row, column: column), other.edges.weight(row: row, column: column)
          )
          #expect(abs(found - wanted) < 2e-4, "\(position): \(row) \(column)")
        }
      }
    }
  }

  private func graph(_ model: LocalReplacementModel) throws -> AttributionGraph {
    let targets = TargetChooser(model.transformer, logits: model.logits) { "\($0)" }.tokens([3, 20])
    let options = AttributionOptions(maxFeatureNodes: .max, coverage: nil)
    return try Attributor(options: options).attribute(model, targets: targets).graph
  }

  @Test("A summary tells the graph's scores, probabilities and strongest features")
  func summary() throws {
    let transformer = TinyTransformer().transformer(seed: 62)
    let set = TinyTranscoders.forms[0].set(for: transformer, tokens: tokens)
    let traces = try PositionTraces(transformer, set, tokens: tokens)
    let local = traces.model(at: 4)
    let targets = TargetChooser(transformer, logits: local.logits) { "\($0)" }.salient(count: 5, mass: 0.9)
    let result = try Attributor().attribute(local, targets: targets)
    let summary = PositionSummary(result, at: 4, of: tokens, logits: local.logits)
    let run = softmax(transformer.run(Array(tokens[...4]), logits: .last).logits.storage)
    #expect(summary.token == 17 && summary.next == 30)
    #expect(abs(try #require(summary.nextProbability) - run[30]) < 1e-5)
    #expect(abs(summary.topProbability - (run.max() ?? 0)) < 1e-5)
    #expect(summary.replacement == GraphScores(result.graph).replacement)
    let shares = summary.features.map(\.share)
    #expect(!shares.isEmpty && shares == shares.sorted(by: >) && shares.allSatisfy { (0...2).contains($0) })
    let end = PositionSummary(
      result, at: 6, of: tokens, logits: traces.model(at: 6).logits)
    #expect(end.next == nil && end.nextProbability == nil)
  }
}
