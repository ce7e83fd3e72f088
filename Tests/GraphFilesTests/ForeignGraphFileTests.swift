import Foundation
import GraphFiles
import Testing

@Suite("Graph files of other tools, and broken ones")
struct ForeignGraphFileTests {
  private static let foreign = """
    {"metadata": {"slug": "x", "scan": "gemma-2-2b", "prompt_tokens": ["a"], "prompt": "a",
      "feature_details": {"neuronpedia_source_set": "gs"},
      "info": {"creator_name": "N", "create_time_ms": 12, "generator": {"name": "ct", "version": "1"}},
      "generation_settings": {"max_n_logits": 10, "desired_logit_prob": 0.95, "mine": [1, 2.5, null, true]}},
     "qParams": {"pinnedIds": ["n"], "theme": "dark"},
     "nodes": [{"node_id": "n", "feature": null, "layer": 3, "ctx_idx": 0, "feature_type": "lorsa",
       "jsNodeId": "n-0", "clerp": "", "qk_tracing_results": {"pair_wise_contributors": [["a", "b", 0.5]]}}],
     "links": [{"source": "n", "target": "n", "weight": 1e-60}],
     "qk_only_nodes": {"m": {"layer": 1}}}
    """

  @Test("Neuronpedia's additions are read, and survive a change of pins")
  func survives() throws {
    var file = try GraphFile(data: Data(ForeignGraphFileTests.foreign.utf8))
    #expect(file.nodes.first?.layer == "3")
    #expect(file.nodes.first?.kind == NodeKind(rawValue: "lorsa"))
    #expect(file.links.first?.weight == 0)
    #expect(file.metadata.info?.generator?.name == "ct")
    #expect(file.metadata.info?.createTimeMilliseconds == 12)
    #expect(file.metadata.generationSettings?.maxLogits == 10)
    #expect(file.metadata.generationSettings?.logitMass == 0.95)
    file.query.pinnedIDs.append("m")
    let text = String(decoding: try file.encoded(), as: UTF8.self)
    for kept in [
      "\"neuronpedia_source_set\":\"gs\"", "\"creator_name\":\"N\"", "\"mine\":[1,2.5,null,true]",
      "\"theme\":\"dark\"", "\"pair_wise_contributors\":[[\"a\",\"b\",0.5]]",
      "\"qk_only_nodes\":{\"m\":{\"layer\":1}}", "\"pinnedIds\":[\"n\",\"m\"]",
    ] {
      #expect(text.contains(kept), "\(kept)")
    }
  }

  @Test(
    "What is no graph is refused with the place of the fault",
    arguments: [
      ("", "it is not valid JSON"),
      ("{", "it is not valid JSON"),
      ("[]", "is not of type"),
      ("{}", "metadata is missing"),
      (#"{"metadata":{},"nodes":[],"links":[]}"#, "metadata.slug is missing"),
      (#"{"metadata":{"slug":"x"},"nodes":[{"node_id":"a"}],"links":[]}"#, "nodes[0].layer is missing"),
      (
        #"{"metadata":{"slug":"x"},"nodes":[],"links":[{"source":"a","target":"b","weight":"c"}]}"#,
        "links[0].weight is not of type Double"
      ),
      (#"{"metadata":{"slug":"x"},"nodes":[],"links":null}"#, "links is null"),
    ])
  func refused(text: String, reason: String) {
    let error = #expect(throws: GraphFileError.self) {
      try GraphFile(data: Data(text.utf8), path: "graphs/x.json")
    }
    let description = error?.description ?? ""
    #expect(description.hasPrefix("graphs/x.json is not a graph file that can be used ("), "\(description)")
    #expect(description.contains(reason), "\(description)")
  }

  @Test("Deep nesting and bytes that are no UTF-8 are refused, not fatal")
  func hostile() {
    let deep = String(repeating: "[", count: 200_000)
    let nested = "{\"metadata\":{\"slug\":\"x\",\"y\":\(String(repeating: "[", count: 5_000))}}"
    for text in [deep, nested] {
      #expect(throws: GraphFileError.self) { try GraphFile(data: Data(text.utf8)) }
    }
    #expect(throws: GraphFileError.self) { try GraphFile(data: Data([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])) }
  }

  @Test("Numbers that are not finite are refused on reading", arguments: ["NaN", "-Infinity", "1e39"])
  func nonFiniteRead(number: String) {
    let text = """
      {"metadata":{"slug":"x"},"nodes":[],"links":[{"source":"a","target":"b","weight": \(number)}]}
      """
    let error = #expect(throws: GraphFileError.self) {
      try GraphFile(data: Data(text.utf8), path: "x.json")
    }
    guard case .notFinite = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("Numbers that are not finite are refused on writing, and nothing is written")
  func nonFiniteWrite() throws {
    try withTemporaryFolder { folder in
      var file = try SmallGraph.file()
      file.links[0].weight = .nan
      #expect(
        throws: GraphFileError.notFinite(place: "The weight of the link from E_100_0 to 0_1_1")
      ) { try file.write(to: folder) }
      file = try SmallGraph.file()
      file.nodes[0].activation = .infinity
      #expect(throws: GraphFileError.self) { try file.write(to: folder) }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }

  @Test("Missing files and folders in place of files are told apart from graphs")
  func unreadable() throws {
    try withTemporaryFolder { folder in
      let missing = #expect(throws: GraphFileError.self) {
        try GraphFile(contentsOf: folder.appending(path: "none.json"))
      }
      #expect(missing?.description.contains("none.json cannot be read") == true)
      #expect(
        throws: GraphFileError.unreadable(path: folder.path, reason: "it is not a file")
      ) { try GraphFile(contentsOf: folder) }
    }
  }

  @Test("A slug that would leave the folder cannot be written")
  func unsafeSlug() throws {
    try withTemporaryFolder { folder in
      var file = try SmallGraph.file()
      file.metadata.slug = "../escape"
      #expect(throws: GraphFileError.invalidSlug("../escape")) { try file.write(to: folder) }
    }
  }
}
