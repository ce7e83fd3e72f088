import Calibrations
import CircuitGraphs
import LinearAlgebra
import Specimens
import Testing

@Suite("What keys say, and what encodes them")
struct KeyTests {
  /// a → b → c → answer, d → answer, b holds e down, which holds the answer down.
  private let prompt = KeyedPrompt(
    circuit: "x", tokens: [0, 1, 2, 3], answer: 5,
    variables: [
      KeyVariable("a", .input, "1", at: [1]), KeyVariable("d", .input, "2", at: [2]),
      KeyVariable("b", .intermediate, "3", at: [3]), KeyVariable("c", .intermediate, "4", at: [3]),
      KeyVariable("e", .intermediate, "5", at: [3]), KeyVariable("idle", .intermediate, "6", at: [3]),
      KeyVariable("answer", .answer, "7", at: [3]),
    ],
    edges: [
      KeyEdge("a", "b"), KeyEdge("b", "c"), KeyEdge("c", "answer"), KeyEdge("d", "answer"),
      KeyEdge("b", "e", sign: -1), KeyEdge("e", "answer", sign: -1), KeyEdge("a", "idle"),
    ])

  @Test("Ways, signs and descendants follow the edges")
  func causes() {
    #expect(prompt.descendants(of: "b") == ["c", "e", "answer"])
    #expect(prompt.reachesAnswer("a") && !prompt.reachesAnswer("a", avoiding: "b"))
    #expect(prompt.reachesAnswer("b", avoiding: "c") && !prompt.reachesAnswer("idle"))
    #expect(!prompt.reachesAnswer("answer"))
    #expect(prompt.intermediates.map(\.name) == ["b", "c", "e"])
    #expect(prompt.causes(besides: "b").map(\.name) == ["d"])
    #expect(prompt.causes(besides: "c").map(\.name) == ["a", "d", "b", "e"])
    for variable in prompt.variables where variable.role != .answer {
      let behind = prompt.descendants(of: variable.name)
      let twin = prompt.variables.map(\.name).filter {
        $0 != variable.name && !behind.contains($0) && prompt.reachesAnswer($0, avoiding: variable.name)
      }
      #expect(prompt.causes(besides: variable.name).map(\.name) == twin)
    }
    #expect(prompt.indirectInputs.map(\.name) == ["a"])
    #expect(["a", "c", "e", "idle"].map { prompt.netSign(of: $0) } == [1, 1, -1, nil])
    #expect(prompt.isAnswered(by: 5) && !prompt.isAnswered(by: 4) && !prompt.isHeldDown)
    var mixed = prompt
    mixed.edges[5].sign = 1
    #expect(mixed.netSign(of: "b") == nil)
    mixed.edges = mixed.edges.filter { $0.to != "answer" } + [KeyEdge("e", "answer", sign: -1)]
    #expect(mixed.isHeldDown && mixed.isAnswered(by: 4) && !mixed.isAnswered(by: 5))
  }

  @Test("The F1 of an encoding is that of counting by hand, and always being active is none")
  func f1() {
    var random = SplitMix64(seed: 8)
    let cases = (0..<200).map { _ in
      (value: Int(random.next() % 3), active: (0..<5).filter { _ in random.next() % 3 == 0 } + [5])
    }
    var tally = EncodingTally(numbers: 6, values: 3)
    for one in cases { tally.add(one.active.map(Int32.init), value: one.value) }
    for number in 0..<6 {
      for value in 0..<3 {
        let count = { (active: Bool, holds: Bool) in
          Double(cases.count { $0.active.contains(number) == active && ($0.value == value) == holds })
        }
        let (hits, false1, missed, silent) = (
          count(true, true), count(true, false), count(false, true), count(false, false)
        )
        let one = 2 * hits / (2 * hits + false1 + missed)
        let other = 2 * silent / (2 * silent + false1 + missed)
        #expect(abs(tally.f1(number, value) - min(one, other)) < 1e-12)
      }
      #expect(tally.f1(5, 0) == 0)
    }
  }

  @Test("Shuffling deals each variable's values out anew, by the seed alone")
  func shuffling() {
    let prompts = (0..<40).map { index in
      var one = prompt
      for place in one.variables.indices { one.variables[place].value = "\(index % (place + 2))" }
      return one
    }
    let shuffled = prompts.shufflingValues(seed: 3)
    #expect(shuffled == prompts.shufflingValues(seed: 3) && shuffled != prompts.shufflingValues(seed: 4))
    for place in prompt.variables.indices {
      let values = { (prompts: [KeyedPrompt]) in prompts.map { $0.variables[place].value } }
      #expect(values(shuffled).sorted() == values(prompts).sorted() && values(shuffled) != values(prompts))
    }
    #expect(zip(prompts, shuffled).allSatisfy { $0.tokens == $1.tokens && $0.edges == $1.edges })
  }

  @Test("Influence that avoids nodes is that of the graph without what passes them")
  func avoiding() {
    // Two features over one token and one error: the logit reads the second feature, the token and the error.
    let layout = NodeLayout(
      features: [FeatureNode(layer: 0, position: 1, index: 0), FeatureNode(layer: 1, position: 1, index: 0)],
      layerCount: 2, positionCount: 2, logitCount: 1)
    var edges = SparseRows(columnCount: layout.count)
    let token = layout.tokenRange.lowerBound + 1
    let row = { (entries: [Int: Float], edges: inout SparseRows) in
      let dense = (0..<layout.count).map { entries[$0] ?? 0 }
      edges.appendRow(dense: dense.span)
    }
    row([token: 2], &edges)
    row([0: -3, token: 1], &edges)
    edges.appendEmptyRows(layout.errorRange.count + layout.tokenRange.count)
    row([1: 2, token: -1, layout.errorRange.lowerBound: 1], &edges)
    let graph = AttributionGraph(
      layout: layout, edges: edges, activations: [1, 1],
      logits: [LogitNode(vocabularyIndex: 0, label: "", probability: 1)], tokens: [0, 1])
    var isBlocked = [Bool](repeating: false, count: layout.count)
    #expect(graph.influence(avoiding: isBlocked) == graph.influence())
    #expect(graph.influence()[token] == 0.25 + 0.5 * (0.25 + 0.75))
    isBlocked[0] = true
    #expect(graph.influence(avoiding: isBlocked)[token] == 0.25 + 0.5 * 0.25)
    isBlocked[1] = true
    #expect(graph.influence(avoiding: isBlocked)[token] == 0.25)
  }
}
