import GraphFiles
import Testing

@Suite("Slugs")
struct SlugTests {
  @Test("Safe names are accepted as they are", arguments: ["a", "Gemma-2_dallas.v1", "0", "graph-metadata2"])
  func accepted(text: String) throws {
    #expect(try Slug(text).text == text)
    #expect(try Slug(text).fileName == text + ".json")
  }

  @Test(
    "Names that could leave the folder, hide, or replace the index are refused",
    arguments: ["", ".", "..", ".hidden", "a/b", "a\\b", "a b", "é", "a\u{0}", "a\n", "Graph-Metadata"])
  func refused(text: String) {
    #expect(throws: GraphFileError.invalidSlug(text)) { try Slug(text) }
    #expect(throws: GraphFileError.self) { try Slug(String(repeating: "x", count: 201)) }
  }

  @Test(
    "A prompt makes a readable name",
    arguments: [
      ("The capital of France is", "the-capital-of-france-is"), ("  a,b!  ", "a-b"), ("36+59=", "36-59"),
    ])
  func readable(prompt: String, slug: String) {
    #expect(Slug.slug(from: prompt).text == slug)
  }

  @Test("Prompts that do not fit get safe names that tell them apart")
  func distinct() throws {
    let long = String(repeating: "word ", count: 50)
    let prompts = [long + "a", long + "b", "日本", "中国", "", "graph-metadata", "naïve", "na ve"]
    let slugs = prompts.map { Slug.slug(from: $0).text }
    #expect(Set(slugs).count == prompts.count)
    for slug in slugs {
      #expect(try Slug(slug).text == slug)
      #expect(slug.count <= 57)
    }
    #expect(Slug.slug(from: long) == Slug.slug(from: long))
  }
}
