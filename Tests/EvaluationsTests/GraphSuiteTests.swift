import Attribution
import CircuitGraphs
import Evaluations
import LinearAlgebra
import ReplacementModels
import Testing
import Transcoders
import Transformers
import _TestSupport

@Suite("Graphs of a suite")
struct GraphSuiteTests {
  private let prompts = [[4, 9, 2, 9, 17], [3, 8, 8, 1, 20, 6, 2], [5, 11]]
  private let transformer = TinyTransformer().transformer(seed: 31)

  private func target(_ model: LocalReplacementModel) -> [AttributionTarget] {
    TargetChooser(model.transformer, logits: model.logits) { "\($0)" }.salient(count: 10, mass: 0.95)
  }

  @Test("Scores are those of graphs that are expanded so far by themselves")
  func twin() throws {
    let counts = [20, 100_000]
    let suite = GraphSuite(transformer, nodeCounts: counts, Workers(count: 2))
    let scores = try suite.scores(.neurons, prompts)
    #expect(scores.map(\.tokens) == prompts)
    for prompt in scores {
      let model = LocalReplacementModel(
        neuronsOf: transformer, count: 400_000, tokens: prompt.tokens
      ) { logits in
        TargetChooser(transformer, logits: logits) { "\($0)" }.salient(count: 10, mass: 0.95).map {
          OutputReading(direction: $0.direction, weight: $0.weight)
        }
      }
      for (count, point) in zip(counts, prompt.points) {
        var options = AttributionOptions(maxFeatureNodes: count, coverage: nil, roundSize: 512)
        let whole = try Attributor(options: options).attribute(model, targets: target(model))
        #expect(point.expanded == min(count, model.features.count))
        #expect(point.replacement == GraphScores(whole.graph).replacement)
        #expect(point.completeness == GraphScores(whole.graph).completeness)
        #expect(point.pathLength == whole.graph.averagePathLength() && point.coverage == whole.coverage)
        options.unexpanded = .leftOut
        let rest = try Attributor(options: options).attribute(model, targets: target(model)).graph
        #expect(point.replacementLeftOut == GraphScores(rest).replacement)
      }
    }
  }

  @Test("Scores do not depend on the number of threads, and progress ends with all prompts")
  func threads() throws {
    let one = try GraphSuite(transformer, nodeCounts: [10, 30], Workers(count: 1)).scores(.neurons, prompts)
    var done: [Int] = []
    let more = try GraphSuite(transformer, nodeCounts: [10, 30], Workers(count: 3)).scores(.neurons, prompts)
    {
      done.append($0)
    }
    #expect(one == more && done.last == prompts.count)
  }

  @Test("A report tells means and errors, as Markdown and as figures")
  func report() throws {
    let suite = GraphSuite(transformer, nodeCounts: [10, 30], Workers(count: 2))
    let graphs = try suite.scores(.neurons, prompts)
    let report = EvaluationReport(
      model: "tiny", suite: "three", nodeCounts: [10, 30],
      bases: [.init(name: "neurons", graphs: graphs), .init(name: "a|b", graphs: graphs)])
    let mean = graphs.reduce(0) { $0 + $1.points[1].replacement } / 3
    #expect(abs(report.bases[0].means(\.replacement)[1] - mean) < 1e-12)
    #expect(report.bases[0].standardErrors { _ in 0.5 } == [0, 0])
    let figures = report.figures
    #expect(figures.map(\.file) == ["replacement.svg", "completeness.svg"])
    #expect(figures.allSatisfy { $0.svg.hasPrefix("<svg") && $0.svg.contains("neurons") })
    let text = report.markdown(figures: figures.map { ($0.file, $0.title) })
    #expect(
      text.contains("a\\|b") && text.contains("](replacement.svg)") && text.contains("3 prompts (three)"))
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("|") }
    #expect(rows.count == 6 && Set(rows.map(\.count)).count == 1)
  }
}
