import Foundation
import GraphFiles
import Testing

@Suite("Query parameters")
struct QueryParametersTests {
  @Test("What circuit-tracer's viewer saves is read: texts for lists, and null")
  func savedByViewer() throws {
    let text = #"""
      {"pinnedIds": "1_2_3,E_4_0", "supernodes": "[[\"city\",\"1_2_3\",\"1_5_3\"],[\"x\"]]", "linkType": null,
       "clickedId": "27_1_9", "sg_pos": "", "pruningThreshold": "0.75",
       "clerps": "[[\"23\",\"a \\\"b\\\"\"],[7,\"c\"]]"}
      """#
    let query = try JSONDecoder().decode(QueryParameters.self, from: Data(text.utf8))
    #expect(query.pinnedIDs == ["1_2_3", "E_4_0"])
    #expect(
      query.supernodes == [
        SupernodeRecord(label: "city", members: ["1_2_3", "1_5_3"]), SupernodeRecord(label: "x", members: []),
      ])
    #expect(query.linkType == "both")
    #expect(query.clickedID == "27_1_9")
    #expect(query.pruningThreshold == 0.75)
    #expect(
      query.labels == [LabelRecord(feature: "23", label: "a \"b\""), LabelRecord(feature: "7", label: "c")])
  }

  @Test("Parameters read back equal, and untouched ones are those of a new graph")
  func roundTrip() throws {
    var query = QueryParameters()
    let untouched = String(decoding: try encode(query), as: UTF8.self)
    #expect(untouched == #"{"clickedId":"","linkType":"both","pinnedIds":[],"sg_pos":"","supernodes":[]}"#)
    query.pinnedIDs = ["a", "b"]
    query.supernodes = [SupernodeRecord(label: "s", members: ["a", "b"])]
    query.labels = [LabelRecord(feature: "5", label: "é / \"")]
    query.pruningThreshold = 0.6
    query.subgraphPositions = "a 1 2"
    query.other = ["hiddenIds": .array([.string("z")])]
    let data = try encode(query)
    #expect(try JSONDecoder().decode(QueryParameters.self, from: data) == query)
    let text = String(decoding: data, as: UTF8.self)
    #expect(text.contains(#""supernodes":[["s","a","b"]]"#))
    #expect(text.contains(#""pruningThreshold":"0.6""#))
  }

  @Test("Nonsense is left out rather than fatal")
  func nonsense() throws {
    let text = #"{"pinnedIds": 5, "supernodes": "no json", "clerps": [[1], {}], "pruningThreshold": []}"#
    let query = try JSONDecoder().decode(QueryParameters.self, from: Data(text.utf8))
    #expect(query == QueryParameters())
  }

  private func encode(_ query: QueryParameters) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(query)
  }
}
