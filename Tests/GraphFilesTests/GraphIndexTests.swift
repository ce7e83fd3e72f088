import Foundation
import GraphFiles
import Testing

@Suite("Graph index")
struct GraphIndexTests {
  private func metadata(_ slug: String, prompt: String = "p") throws -> GraphMetadata {
    GraphMetadata(slug: try Slug(slug), transcoderSetID: "s", prompt: prompt, promptTokens: [])
  }

  @Test("Graphs are added, replaced and removed, in the order of adding")
  func update() throws {
    try withTemporaryFolder { folder in
      #expect(try GraphIndex(in: folder).graphs.isEmpty)
      for (slug, prompt) in [("a", "1"), ("b", "2"), ("a", "3")] {
        let entry = try metadata(slug, prompt: prompt)
        try GraphIndex.update(in: folder) { $0.add(entry) }
      }
      #expect(try GraphIndex(in: folder).graphs.map(\.slug) == ["b", "a"])
      #expect(try GraphIndex(in: folder).graphs.last?.prompt == "3")
      try GraphIndex.update(in: folder) { $0.remove(slug: "b") }
      #expect(try GraphIndex(in: folder).graphs.map(\.slug) == ["a"])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [GraphIndex.fileName])
    }
  }

  @Test("Entries of other tools keep what only they know")
  func foreign() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: GraphIndex.fileName)
      try Data(#"{"graphs":[{"slug":"old one","title":"T","node_threshold":0.7}],"v":2}"#.utf8).write(
        to: file)
      let entry = try metadata("new")
      try GraphIndex.update(in: folder) { $0.add(entry) }
      let text = try String(contentsOf: file, encoding: .utf8)
      #expect(text.contains(#""title":"T""#) && text.contains(#""v":2"#) && text.contains("old one"))
      #expect(try GraphIndex(in: folder).graphs.first?.nodeThreshold == 0.7)
    }
  }

  @Test("A corrupt index is reported and never overwritten", arguments: ["", "{\"graphs\":[{}]}", "[1]"])
  func corrupt(text: String) throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: GraphIndex.fileName)
      try Data(text.utf8).write(to: file)
      let entry = try metadata("new")
      let error = #expect(throws: GraphFileError.self) {
        try GraphIndex.update(in: folder) { $0.add(entry) }
      }
      #expect(error?.description.contains(GraphIndex.fileName) == true)
      #expect(try Data(contentsOf: file) == Data(text.utf8))
    }
  }
}
