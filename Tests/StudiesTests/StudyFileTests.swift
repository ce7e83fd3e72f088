import Studies
import Testing

@Suite("Study files")
struct StudyFileTests {
  @Test("every built-in study reads, and bears the name of its file")
  func library() throws {
    #expect(StudyLibrary.names.contains("two-hop"))
    for name in StudyLibrary.names {
      let study = try #require(try StudyLibrary.file(named: name)).study()
      #expect(study.name == name && !study.hypotheses.isEmpty)
    }
    #expect(try StudyLibrary.file(named: "no-such-study") == nil)
  }
}
