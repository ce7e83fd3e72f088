import CircuitGraphs
import Foundation
import GraphFiles
import LinearAlgebra
import LiveServices
import ModelCatalogues
import Testing
import Viewer
import _TestSupport

@Suite("The live model")
struct LiveModelServiceTests {
  /// A service with the goldens' small Llama and its transcoders, and a folder for graphs.
  private func with<Result>(
    transcoders kind: String? = "plt-relu", body: (LiveModelService, URL) throws -> Result
  ) throws -> Result {
    let root = FileManager.default.temporaryDirectory.appending(path: "live-" + UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: root) }
    var given = LiveModelService.Given()
    given.model = PresentItem(name: "tiny", location: URL(filePath: try Golden.path("tiny/llama/model")))
    given.transcoders = try kind.map {
      PresentItem(name: $0, location: URL(filePath: try Golden.path("tiny/llama/\($0)/transcoder")))
    }
    let service = LiveModelService(
      home: MicroscopeHome(root: root), share: MicroscopeShare(root: nil), given: given,
      program: .init(name: "test", version: "", url: ""), workers: Workers(count: 1))
    return try body(service, root.appending(path: "graphs"))
  }

  private let subject = LiveSubject(.tokens([1, 5, 9, 3]))

  /// Traces the small prompt and reads its graph back.
  private func traced(_ service: LiveModelService, _ folder: URL) throws -> (GraphFile, CondensedGraph) {
    let summary = try service.trace(TraceRequest(subject), into: folder) { _ in true }
    let place = folder.appending(path: summary.slug + ".json")
    let file = try GraphFile(contentsOf: place)
    return (file, try CondensedGraphFile(contentsOf: CondensedGraphFile.place(beside: place).path).condensed)
  }

  @Test("Models and their features are listed, the default first")
  func list() throws {
    try with { service, _ in
      let before = try service.models()
      #expect(before.map(\.id) == ["tiny"] && before[0].isDefault && !before[0].isLoaded)
      #expect(
        before[0].transcoders == [
          .init(id: "plt-relu", isDefault: true), .init(id: "neurons", isDefault: false),
        ])
      _ = try service.nextTokens(NextTokensRequest(subject))
      #expect(try service.models()[0].isLoaded)
    }
  }

  @Test("The next tokens are a distribution, the most probable first")
  func nextTokens() throws {
    try with { service, _ in
      let answer = try service.nextTokens(NextTokensRequest(subject, count: 5))
      #expect(answer.tokens.map(\.id) == [1, 5, 9, 3] && answer.next.count == 5)
      #expect(zip(answer.next, answer.next.dropFirst()).allSatisfy { $0.probability >= $1.probability })
      #expect(answer.entropy > 0 && answer.contextLength > 0)
      let all = try service.nextTokens(NextTokensRequest(subject, count: 1_000_000))
      #expect(abs(all.next.reduce(0) { $0 + $1.probability } - 1) < 1e-4)
    }
  }

  @Test("A trace writes a graph and what it can be pruned again from, under a free name")
  func trace() throws {
    try with { service, folder in
      var phases: [String] = []
      let first = try service.trace(TraceRequest(subject), into: folder) {
        if phases.last != $0.phase { phases.append($0.phase) }
        return true
      }
      #expect(
        phases == ["load", "tokens", "features", "targets", "attribution", "pruning", "labels", "files"])
      let second = try service.trace(TraceRequest(subject), into: folder) { _ in true }
      #expect(second.slug == first.slug + "-2")
      let (file, condensed) = try traced(service, folder)
      #expect(file.metadata.transcoderSetID != "" && condensed.graph.tokens == [1, 5, 9, 3])
      #expect(file.nodes.count == first.nodeCount && file.links.count == first.edgeCount)
      let again = condensed.prune(
        nodeThreshold: 0.8, edgeThreshold: 0.98, limits: GraphLimits(nodes: 450, edges: 10_000))
      #expect(abs(again.keptNodes.count - file.nodes.count) <= 2)
    }
  }

  @Test("A trace that is not wanted any more ends, wherever it is, and leaves nothing")
  func cancel() throws {
    try with { service, folder in
      for phase in ["load", "tokens", "features", "targets", "attribution", "pruning", "labels", "files"] {
        let error = #expect(throws: APIError.self) {
          try service.trace(TraceRequest(subject), into: folder) { $0.phase != phase }
        }
        #expect(error?.code == .cancelled, "\(phase)")
      }
      #expect((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] == [])
    }
  }

  @Test(
    "Active features have their positions and activations; neurons do, too",
    arguments: ["plt-relu", "neurons"])
  func activeFeatures(set: String) throws {
    try with { service, _ in
      var subject = subject
      subject.transcoders = set
      let answer = try service.activeFeatures(ActiveFeaturesRequest(subject, limit: 7))
      #expect(answer.features.count == 7 && answer.activeCount >= 7)
      for feature in answer.features {
        #expect(feature.positions.count == feature.values.count && !feature.positions.contains(0))
        #expect(feature.values.map(abs).max() == abs(feature.peak))
      }
    }
  }

  @Test("The heads of an edge sum to its weight")
  func heads() throws {
    try with { service, folder in
      let (file, condensed) = try traced(service, folder)
      let graph = condensed.graph
      var checked = 0
      for target in graph.layout.featureRange.map({ $0 }) + graph.layout.logitRange.map({ $0 })
      where checked < 12 {
        for (source, weight) in zip(graph.edges.row(target).columns, graph.edges.row(target).weights)
        where !graph.layout.errorRange.contains(Int(source)) && abs(weight) > 1e-3 && checked < 12 {
          let request = HeadsRequest(
            subject, graph: graph, source: graph.layout.node(at: Int(source)),
            target: graph.layout.node(at: target))
          let answer = try service.heads(request)
          #expect(abs(answer.weight - weight) <= 1e-3 * max(1, abs(weight)))
          checked += 1
        }
      }
      #expect(checked == 12 && !file.links.isEmpty)
    }
  }

  @Test("An intervention shows what changed, beside the prediction of the graph")
  func intervene() throws {
    try with { service, folder in
      let (_, condensed) = try traced(service, folder)
      let feature = try #require(condensed.graph.layout.features.last)
      var request = InterveneRequest(subject)
      request.graph = condensed.graph
      request.groups = [.init(label: "one", members: [.feature(feature)], factor: -2)]
      request.nodes = [(.token(position: 1), 0.5)]
      request.generation = .init(count: 3)
      request.sweep = "factor=-1..1"
      var phases: Set<String> = []
      let value = try service.intervene(request) {
        phases.insert($0.phase)
        return true
      }
      guard case .object(let answer) = value else { throw CocoaError(.coderInvalidValue) }
      #expect(
        answer["candidates"]?.list?.isEmpty == false && answer["text"] != nil && answer["comparison"] != nil)
      #expect(phases.isSuperset(of: ["load", "clean", "runs", "text"]))
      #expect(try service.intervene(request) { _ in true } == value)
      let error = #expect(throws: APIError.self) { try service.intervene(request) { $0.phase != "runs" } }
      #expect(error?.code == .cancelled)
    }
  }

  /// What clients ask for that a model cannot do.
  private static let impossibleSubjects: [(String, LiveSubject)] = [
    ("no such token", LiveSubject(.tokens([1, 1_000_000]))), ("a negative token", LiveSubject(.tokens([-1]))),
    ("no tokens", LiveSubject(.tokens([]))),
    ("a long prompt", LiveSubject(.tokens(Array(repeating: 1, count: 90_000)))),
    ("no such model", LiveSubject(.tokens([1, 2]), model: "../../etc")),
    ("no such set", LiveSubject(.tokens([1, 2]), transcoders: "/etc")),
    ("a chat", LiveSubject(.chat([.init(role: "user", content: "hello")]))),
    ("a strange role", LiveSubject(.chat([.init(role: "\u{0}", content: "")]))),
  ]

  @Test("Subjects that make no sense are refused in one sentence", arguments: 0..<8)
  func impossible(number: Int) throws {
    let subject = Self.impossibleSubjects[number].1
    try with { service, folder in
      let errors = [
        #expect(throws: APIError.self) { try service.activeFeatures(ActiveFeaturesRequest(subject)) },
        #expect(throws: APIError.self) {
          try service.trace(TraceRequest(subject), into: folder) { _ in true }
        },
        #expect(throws: APIError.self) {
          var request = InterveneRequest(subject)
          request.changes = ["0/1@-1=x0"]
          _ = try service.intervene(request) { _ in true }
        },
      ]
      #expect(errors.allSatisfy { $0?.message.hasSuffix(".") == true }, "\(errors)")
    }
  }

  @Test(
    "Changes that make no sense are refused before anything runs",
    arguments: [
      "nonsense", "0/1@99=x0", "99/1@1=x0", "0/99999999@1=x0", "0/1@-99=x0", "0/1@1=xnan", "0/1@1=xinf",
      "0/1@1=1e39",
      "0/1@9223372036854775807=x0", "0/1@1...9223372036854775807=x0", "0/1@-9223372036854775808..=x0",
      "9223372036854775807/1@1=x0",
      "0/-1@1=x0", "error/99@1=x0", "error/0@1=2", "token@1=5", "0/1@3..<1=x0", "-1/-1@0=x0",
    ])
  func badChanges(change: String) throws {
    try with { service, _ in
      var request = InterveneRequest(subject)
      request.changes = [change]
      let error = #expect(throws: APIError.self) { try service.intervene(request) { _ in true } }
      #expect(error?.message.hasSuffix(".") == true)
    }
  }

  @Test("Other parts of an experiment that make no sense are refused")
  func badParts() throws {
    try with { service, folder in
      let (_, condensed) = try traced(service, folder)
      let bad: [(inout InterveneRequest) -> Void] = [
        { $0.constrain = [1] }, { $0.constrain = [2, 1] }, { $0.constrain = [-1, 0] },
        { $0.constrain = [0, 99] },
        { $0.sweep = "x" }, { $0.sweep = "factor=0..1:0.0001" }, { $0.sweep = "end-layer=0..9999" },
        { $0.watch = [.text("no single token at all")] }, { $0.generation = .init(count: 100_000) },
        { $0.generation = .init(count: 1, temperature: 1e-20) }, { $0.nodes = [(.logit(rank: 0), 0)] },
        { $0.nodes = [(.feature(FeatureNode(layer: 9, position: 1, index: 1)), 0)] },
        { $0.nodes = [(.token(position: 77), 0)] },
        { $0.nodes = [(.token(position: 1), .nan)] }, { $0.nodes = [(.token(position: 1), .infinity)] },
        { $0.graph = Self.foreignGraph(layer: 40, index: 0, position: 1) },
        { $0.graph = Self.foreignGraph(layer: 0, index: 1 << 30, position: 1) },
        { $0.graph = Self.foreignGraph(layer: 0, index: 0, position: 40) },
      ]
      for (number, change) in bad.enumerated() {
        var request = InterveneRequest(subject)
        request.changes = ["0/1@1=x0"]
        request.graph = condensed.graph
        change(&request)
        let error = #expect(throws: APIError.self, "\(number)") {
          try service.intervene(request) { _ in true }
        }
        #expect(error?.message.hasSuffix(".") == true, "\(number)")
      }
      var harmless = InterveneRequest(subject)
      harmless.changes = ["0/1@1=x0"]
      harmless.watch = [.id(-5), .id(1 << 40)]
      _ = try service.intervene(harmless) { _ in true }
    }
  }

  @Test("Heads are not told of graphs of other prompts or features")
  func foreignHeads() throws {
    try with { service, _ in
      for graph in [
        Self.foreignGraph(layer: 40, index: 0, position: 1),
        Self.foreignGraph(layer: 0, index: 1 << 30, position: 1),
        Self.foreignGraph(layer: 0, index: 0, position: 40),
      ] {
        let request = HeadsRequest(
          subject, graph: graph, source: .token(position: 0), target: .logit(rank: 0))
        #expect(throws: APIError.self) { try service.heads(request) }
      }
    }
  }

  /// A graph with one feature, which the model may not have.
  private static func foreignGraph(layer: Int, index: Int, position: Int) -> AttributionGraph {
    let layout = NodeLayout(
      features: [FeatureNode(layer: layer, position: position, index: index)], layerCount: layer + 1,
      positionCount: max(4, position + 1), logitCount: 1)
    var edges = SparseRows(columnCount: layout.count)
    edges.appendEmptyRows(layout.count - 1)
    edges.appendRow(columns: ([0] as [Int32]).span, weights: ([1] as [Float]).span)
    return AttributionGraph(
      layout: layout, edges: edges, activations: [1],
      logits: [LogitNode(vocabularyIndex: 1, label: "a", probability: 0.5)],
      tokens: Array(repeating: 1, count: layout.positionCount))
  }

  @Test("Targets that make no sense are refused")
  func badTargets() throws {
    try with { service, folder in
      let bad: [(inout TraceRequest) -> Void] = [
        { $0.targets = [.id(-1)] }, { $0.targets = [.id(1 << 40)] }, { $0.targets = [.id(3), .id(3)] },
        { $0.targets = [.text("no single token at all")] }, { $0.targets = [.text("")] },
        {
          $0.targets = [.id(3)]; $0.minus = .id(3)
        },
        {
          $0.targets = [.id(3)]; $0.minus = .id(1 << 50)
        }, { $0.slug = "../x" },
      ]
      for change in bad {
        var request = TraceRequest(subject)
        change(&request)
        let error = #expect(throws: APIError.self) { try service.trace(request, into: folder) { _ in true } }
        #expect(error?.message.hasSuffix(".") == true)
      }
      var difference = TraceRequest(subject)
      difference.targets = [.id(3)]
      difference.minus = .id(4)
      let summary = try service.trace(difference, into: folder) { _ in true }
      #expect(summary.edgeCount > 0)
    }
  }
}
