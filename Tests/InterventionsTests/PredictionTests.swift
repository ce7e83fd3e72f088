import CircuitGraphs
import Interventions
import LinearAlgebra
import Testing
import _TestSupport

@Suite("What a graph predicts")
struct PredictionTests {
  /// Two features in a row between a token and a logit: token → a → b → logit, and a → logit.
  private func graph() -> AttributionGraph {
    let layout = NodeLayout(
      features: [FeatureNode(layer: 0, position: 1, index: 3), FeatureNode(layer: 1, position: 1, index: 5)],
      layerCount: 2, positionCount: 2, logitCount: 1)
    var rows = [[Int: Float]](repeating: [:], count: layout.count)
    let token = layout.tokenRange.lowerBound
    let logit = layout.logitRange.lowerBound
    rows[0] = [token: 2]
    rows[1] = [0: 3, token: 1]
    rows[logit] = [0: -1, 1: 5]
    var edges = SparseRows(columnCount: layout.count)
    for row in rows {
      let dense = (0..<layout.count).map { row[$0] ?? 0 }
      edges.appendRow(dense: dense.span)
    }
    return AttributionGraph(
      layout: layout, edges: edges, activations: [2, 4],
      logits: [LogitNode(vocabularyIndex: 0, label: "x", probability: 1)], tokens: [0, 1])
  }

  @Test("A hand-worked graph: ablating the first feature")
  func handWorked() {
    let graph = graph()
    let logit = graph.layout.logitRange.lowerBound
    let prediction = Prediction(graph, changes: [0: -1])
    // b loses 3 of its 4, which takes 3/4 of its 5 from the logit; a's own −1 goes as well.
    #expect(prediction.firstHop[1] == -3 && prediction.total[1] == -3)
    #expect(prediction.firstHop[logit] == 1 && prediction.total[logit] == 1 - 5 * 0.75)
    #expect(prediction.firstHop[0] == 0)
  }

  @Test("What is changed on purpose keeps its own change")
  func purposely() {
    let graph = graph()
    let logit = graph.layout.logitRange.lowerBound
    let prediction = Prediction(graph, changes: [0: -1, 1: 1])
    #expect(prediction.total[logit] == 1 + 5)
    let token = Prediction(graph, changes: [graph.layout.tokenRange.lowerBound: -1])
    // a loses 2 of 2, b loses 1 by the token and 3 by a.
    #expect(token.total[0] == -2 && token.total[1] == -4 && token.total[logit] == 1 - 5)
  }

  @Test("Agreement: cosine, ranks with ties, signs")
  func agreement() {
    let same = Agreement(predicted: [1, 2, -3], observed: [2, 4, -6])
    #expect(
      abs((same.cosine ?? 0) - 1) < 1e-12 && abs((same.spearman ?? 0) - 1) < 1e-12 && same.signAgreement == 1)
    let opposite = Agreement(predicted: [1, -2, 3], observed: [-1, 2, -3])
    #expect(abs((opposite.cosine ?? 0) + 1) < 1e-12 && opposite.signAgreement == 0)
    // Ranks 0, 1.5, 1.5, 3 against 0, 1, 2, 3.
    let ties = Agreement(predicted: [0, 1, 1, 2], observed: [0, 1, 2, 3])
    #expect(abs((ties.spearman ?? 0) - 0.9486832980505138) < 1e-12)
    let empty = Agreement(predicted: [0, 0], observed: [1, 0])
    #expect(empty.cosine == nil && empty.spearman == nil && empty.signAgreement == nil && empty.count == 2)
  }

  @Test("Rates with Wilson's interval")
  func rates() {
    let rate = Rate(successes: 8, trials: 10)
    #expect(
      abs(rate.interval.lowerBound - 0.4901625) < 1e-6 && abs(rate.interval.upperBound - 0.9433178) < 1e-6)
    #expect(Rate(successes: 0, trials: 0).interval == 0...1)
    #expect(Rate(successes: 0, trials: 5).interval.lowerBound < 1e-12)
  }

  @Test("Curves change places nearest to where nothing is changed")
  func crossovers() {
    #expect(crossover(values: [-1, 0, 1, 2], differences: [-1, 1, 3, -3], from: 1) == 1.5)
    #expect(crossover(values: [-1, 0, 1, 2], differences: [-1, 1, 3, -3], from: -1) == -0.5)
    #expect(crossover(values: [0, 1], differences: [1, 2], from: 0) == nil)
  }

  @Test("Success: starts, contains, line ends")
  func criteria() {
    #expect(SuccessCriterion.starts.isMet(by: " Paris.\n", expecting: "paris"))
    #expect(!SuccessCriterion.starts.isMet(by: "In Paris", expecting: "Paris"))
    #expect(SuccessCriterion.contains.isMet(by: "In Paris", expecting: "Paris"))
    #expect(SuccessCriterion.lineEnds.isMet(by: "\nlike a starving rabbit,\nand", expecting: "rabbit"))
    #expect(!SuccessCriterion.lineEnds.isMet(by: "a rabbit hole\n", expecting: "rabbit"))
    #expect(!SuccessCriterion.lineEnds.isMet(by: "a jackrabbit\n", expecting: "rabbit"))
  }
}
