import ModelFiles
import Testing

@Suite("Errors of model files")
struct ModelFileErrorTests {
  @Test("Every error is one sentence that names the file")
  func sentences() {
    let errors: [ModelFileError] = [
      .unreadable(path: "/a/f", reason: "there is no such file; check the path"),
      .malformed(path: "/a/f", problem: "it does not start with GGUF"),
      .unsupported(path: "/a/f", feature: "GGUF version 9", remedy: "convert it"),
      .missingTensor(path: "/a/f", name: "x\ny", nearest: []),
      .missingTensor(path: "/a/f", name: "x", nearest: ["y", "z"]),
      .missingMetadata(path: "/a/f", key: "k", nearest: ["kk"]),
      .wrongMetadata(path: "/a/f", key: "k", found: "a string", wanted: "a float"),
      .wrongTensor(path: "/a/f", name: "x", found: "[2] F32", wanted: "a matrix"),
      .unwritable(path: "/a/f", reason: "the disk is full; free some space"),
    ]
    for error in errors {
      expectSentence("\(error)")
      #expect("\(error)".contains("/a/f"))
    }
  }
}
