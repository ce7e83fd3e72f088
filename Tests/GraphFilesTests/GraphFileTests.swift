import CircuitGraphs
import Foundation
import GraphFiles
import Testing
import _GraphTestSupport

@Suite("Graph files")
struct GraphFileTests {
  @Test(
    "In circuit-tracer's convention the nodes and links are those that circuit-tracer writes, in its order")
  func golden() throws {
    var compared = 0
    for golden in try GoldenGraph.all() {
      guard let text = golden.graphFile, let pruning = golden.prunings.first else { continue }
      let expected = try GraphFile(data: Data(text.utf8))
      let pruned = golden.graph.prune(
        nodeThreshold: pruning.nodeThreshold, edgeThreshold: pruning.edgeThreshold,
        convention: .circuitTracer)
      var metadata = expected.metadata
      metadata.nodeThreshold = nil
      let file = GraphFile(pruned, metadata: metadata)
      #expect(file.metadata.nodeThreshold == expected.metadata.nodeThreshold)
      GraphFileTests.compare(file, expected, golden.name)
      compared += 1
    }
    #expect(compared >= 3)
  }

  /// Compares all but error ids that collide there, and influence, to within single precision.
  private static func compare(_ file: GraphFile, _ expected: GraphFile, _ name: String) {
    #expect(file.nodes.count == expected.nodes.count, "\(name)")
    var names: [String: String] = [:]
    for (node, other) in zip(file.nodes, expected.nodes) {
      #expect(abs((node.influence ?? -1) - (other.influence ?? -1)) < 1e-5, "\(name)")
      var node = node
      node.influence = other.influence
      if node.kind == .error {
        names[node.id] = other.id
        node.id = other.id
      }
      #expect(node == other, "\(name)")
    }
    let links = file.links.map { link in
      LinkRecord(source: names[link.source] ?? link.source, target: link.target, weight: link.weight)
    }
    #expect(links == expected.links, "\(name)")
    #expect(Set(file.nodes.map(\.id)).count == file.nodes.count, "\(name)")
  }

  @Test("An edge keeps the heads that it runs through, and others have no such key")
  func heads() throws {
    let layout = SmallGraph.pruned.layout
    let edge = GraphEdge(from: layout.node(at: 0), to: layout.node(at: 1))
    var way = LinkHeads(
      direct: 0.5, several: -0.25,
      heads: [
        .init(layer: 1, head: 2, through: 1.75, single: 1.5),
        .init(layer: 0, head: 0, through: -1, single: 0),
      ])
    let file = GraphFile(SmallGraph.pruned, metadata: try SmallGraph.metadata(), heads: [edge: way])
    #expect(file.links.filter { $0.heads != nil }.map(\.source) == ["0_1_1"])
    #expect(file.links.first { $0.heads != nil }?.target == "1_3_1")
    let data = try file.encoded()
    #expect(try GraphFile(data: data) == file)
    let text = String(decoding: data, as: UTF8.self).filter { !$0.isWhitespace }
    #expect(text.contains(#""heads":{"direct":0.5,"several":-0.25,"through":[[1,2,1.75,1.5],[0,0,-1,0]]}"#))
    #expect(text.split(separator: #""heads""#).count == 2)
    way.several = .infinity
    let endless = GraphFile(SmallGraph.pruned, metadata: try SmallGraph.metadata(), heads: [edge: way])
    #expect(throws: GraphFileError.self) { try endless.encoded() }
  }

  @Test(
    "Heads that are no lists of four numbers are refused in a sentence",
    arguments: [
      "[[1]]", "[[1,2,3]]", "[[\"a\",1,1,1]]", "[1,2,3,4]", "{}", "[[0,0,1e999,0]]", "[[0.5,0,1,1]]",
    ])
  func hostileHeads(through: String) throws {
    let text = String(decoding: try SmallGraph.file().encoded(), as: UTF8.self)
    let start = try #require(text.range(of: "\"links\""))
    let brace = try #require(text[start.upperBound...].firstIndex(of: "{"))
    let heads = "{\"heads\":{\"direct\":1,\"several\":0,\"through\":\(through)},"
    let hostile = text.replacingCharacters(in: brace...brace, with: heads)
    #expect(throws: GraphFileError.self) { try GraphFile(data: Data(hostile.utf8)) }
    let kind = text.replacingCharacters(
      in: brace...brace, with: heads.replacingOccurrences(of: through, with: "[[3,1,0.5,0.25]]"))
    #expect(try GraphFile(data: Data(kind.utf8)).links.first?.heads?.heads.first?.layer == 3)
  }

  @Test("Each kind of node is described as the viewers expect")
  func records() throws {
    let file = try SmallGraph.file()
    #expect(
      file.nodes.map(\.id) == [
        "0_1_1", "1_3_1", "0_0_1", "error_1_1", "E_100_0", "E_200_1", "3_40_1", "3_7_1",
      ])
    #expect(file.nodes.map(\.feature) == [2, 13, -1, -1, 0, 1, 40, 7])
    #expect(file.nodes.map(\.layer) == ["0", "1", "0", "1", "E", "E", "3", "3"])
    #expect(file.nodes.map(\.viewerID).first == "0_1-0")
    #expect(file.nodes[1].label == "say x")
    #expect(file.nodes[6].label == "Output \" \"x\"\" (p=0.500)")
    #expect(file.nodes.map(\.isTargetLogit) == [false, false, false, false, false, false, true, false])
    #expect(file.nodes.map { $0.influence == nil }.suffix(3) == [false, true, true])
    #expect(file.metadata.pruningSettings?.edgeThreshold == 1)
  }

  @Test("Only an error whose id a feature of the file has is renamed, and links follow")
  func collision() throws {
    let file = try SmallGraph.file()
    #expect(file.links.contains(LinkRecord(source: "error_1_1", target: "3_40_1", weight: 1.5)))
    #expect(file.links.contains(LinkRecord(source: "0_1_1", target: "1_3_1", weight: 2)))
    #expect(file.links.contains(LinkRecord(source: "0_0_1", target: "1_3_1", weight: 0.5)))
  }

  @Test("A file reads back equal and always has the same bytes")
  func roundTrip() throws {
    try withTemporaryFolder { folder in
      let file = try SmallGraph.file()
      let url = try file.write(to: folder.appending(path: "new/graphs"))
      #expect(url.lastPathComponent == "small.json")
      #expect(try GraphFile(contentsOf: url) == file)
      #expect(try Data(contentsOf: url) == file.encoded())
      let left = try FileManager.default.contentsOfDirectory(atPath: url.deletingLastPathComponent().path)
      #expect(left == ["small.json"])
    }
  }

  @Test("Numbers are the shortest that read back as the same single-precision value")
  func numbers() throws {
    var file = try SmallGraph.file()
    file.links[0].weight = 0.1
    file.links[1].weight = .leastNonzeroMagnitude
    file.links[2].weight = -.greatestFiniteMagnitude
    let data = try file.encoded()
    #expect(try GraphFile(data: data).links == file.links)
    #expect(String(decoding: data, as: UTF8.self).contains("\"weight\":0.1}"))
  }

  @Test("A file of 10,000 nodes and 100,000 links is written and read")
  func scale() throws {
    var file = try SmallGraph.file()
    file.nodes = (0..<10_000).map { (index: Int) in
      NodeRecord(
        id: "12_\(index)_5", feature: index, layer: "12", position: 5, kind: .feature,
        viewerID: "12_\(index)-0")
    }
    file.links = (0..<100_000).map { index in
      LinkRecord(source: "12_\(index % 9_973)_5", target: "12_\(index % 977)_5", weight: 1 / Float(index + 3))
    }
    #expect(try GraphFile(data: file.encoded()) == file)
  }
}
