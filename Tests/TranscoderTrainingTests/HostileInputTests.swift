import Foundation
import Testing
import TranscoderTraining

@Suite("Hostile settings and text")
struct HostileInputTests {
  let folder = FileManager.default.temporaryDirectory.path + "/hostile-\(UInt64.random(in: 0...UInt64.max))"

  private func write(_ name: String, _ bytes: Data) throws -> String {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try bytes.write(to: URL(filePath: folder + "/" + name))
    return folder + "/" + name
  }

  @Test("Settings come from the defaults, the file, then single ones")
  func settings() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = try write("a.yaml", Data("kind: clt\nfeatures: 99\nk: 7\nlearningRate: 1e-3\n".utf8))
    let read = try TrainingConfiguration(path: path, settings: ["k=5", "skip=true", "decoderSpan=2"])
    #expect(read.kind == .crossLayer && read.features == 99 && read.k == 5 && read.skip)
    #expect(read.learningRate == 1e-3 && read.decoderSpan == 2 && read.batch == TrainingConfiguration().batch)
    let again = try write("b.yaml", Data(try read.yaml().utf8))
    #expect(try TrainingConfiguration(path: again) == read)
  }

  @Test(
    "A wrong setting is refused in one sentence",
    arguments: [
      "kind=sae", "features=0", "features=many", "features=1e9", "k=-1", "k=5000", "seed=-1", "typo=1",
      "tokens", "=3",
      "batch=1.5", "learningRate=.nan", "outlier=.inf", "heldOut=2", "input=hook_somewhere", "skip=maybe",
      "features=[1, 2]", "features={a: 1}", "features=&a 1", "activation=", "context=1", "roundTokens=1",
    ])
  func refused(_ setting: String) {
    let error = #expect(throws: TrainingError.self) {
      try TrainingConfiguration(path: nil, settings: [setting])
    }
    #expect(error?.description.hasSuffix(".") == true && error?.description.contains("\n") == false)
  }

  @Test(
    "A wrong file of settings is refused",
    arguments: [
      "", "- 1\n- 2", "a: [", "features: 1\nfeatures: 2", "\u{0}", "x", "features: !!binary zz",
      "k: {k: {k: 1}}",
    ])
  func refusedFile(_ text: String) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = try write("c.yaml", Data(text.utf8))
    #expect(throws: (any Error).self) { try TrainingConfiguration(path: path) }
  }

  @Test("Documents are read from every form of file, in order")
  func corpus() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    _ = try write("a.txt", Data("one".utf8))
    _ = try write("b.md", Data("two".utf8))
    _ = try write("c.jsonl", Data("{\"text\": \"three\", \"more\": 1}\n\n{\"text\": \"four\"}\r\n".utf8))
    _ = try write("picture.png", Data([1, 2, 3]))
    // gzip of "five".
    let packed: [UInt8] = [
      0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0x4b, 0xcb, 0x2c, 0x4b, 5, 0, 0xcb, 0xcc, 0xb2, 0x3c, 4, 0, 0, 0,
    ]
    _ = try write("d.txt.gz", Data(packed))
    #expect(
      try TextCorpus(paths: [folder]).documents == ["one", "two", "three", "four", "five"])
    try FileManager.default.removeItem(atPath: folder + "/d.txt.gz")
    #expect(try TextCorpus(paths: [folder]).documents == ["one", "two", "three", "four"])
    #expect(try TextCorpus(paths: [folder + "/b.md", folder + "/a.txt"]).documents == ["two", "one"])
  }

  @Test("Text that cannot be read is refused in one sentence")
  func refusedText() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let paths = [
      try write("latin.txt", Data([0xE9, 0x20, 0xFF])), try write("x.jsonl", Data("{\"text\": 3}\n".utf8)),
      try write("y.jsonl", Data("{}\n".utf8)), try write("z.jsonl", Data("[1\n".utf8)),
      try write("cut.txt.gz", Data([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0x4b, 0xcb])),
      try write("image.png", Data([0])), folder + "/missing.txt", "",
    ]
    for path in paths {
      let error = #expect(throws: (any Error).self) { try TextCorpus(paths: [path]) }
      #expect(error.map { "\($0)".hasSuffix(".") } == true, "\(path): \(error.map { "\($0)" } ?? "no error")")
    }
  }

  @Test("Documents divide the same way every time, and none is in both parts")
  func division() {
    let corpus = TextCorpus(documents: (0..<1000).map { "document \($0)" })
    let (training, heldOut) = corpus.divided(heldOut: 0.1, seed: 4)
    #expect(training.documents.count + heldOut.documents.count == 1000)
    #expect((60...140).contains(heldOut.documents.count))
    #expect(Set(training.documents).isDisjoint(with: heldOut.documents))
    #expect(corpus.divided(heldOut: 0.1, seed: 4).heldOut.documents == heldOut.documents)
  }
}
