import Foundation
import ModelCatalogues
import Testing

@Suite("The catalogue")
struct CatalogueTests {
  @Test("Every entry is complete and consistent")
  func entries() throws {
    let catalogue = Catalogue.builtIn
    #expect(catalogue.entries.prefix(2).map(\.id) == ["smollm2-135m-instruct", "gemma-3-270m"])
    #expect(Set(catalogue.entries.map(\.id)).count == catalogue.entries.count)
    #expect(catalogue.entries.first?.id == Catalogue.defaultModelID)
    for entry in catalogue.entries.prefix(2) {
      #expect(HubRepository(entry.id) == nil)
      guard case .wheels(let source) = entry.sources.first else {
        Issue.record("\(entry.id) has no wheels")
        continue
      }
      #expect(source.parts.reduce(0) { $0 + $1.bytes } == source.fileBytes)
      #expect((source.parts + source.documents).reduce(0) { $0 + $1.wheelBytes } == entry.downloadBytes)
      let digests = (source.parts + source.documents).compactMap(\.wheelSHA256) + [source.fileSHA256]
      #expect(digests.count == source.parts.count + source.documents.count + 1)
      #expect(digests.allSatisfy { $0.count == 64 && $0.allSatisfy(\.isHexDigit) })
      #expect(source.fileName == entry.fileName)
    }
    #expect(catalogue.entry(id: "smollm2-135m-instruct")?.firstToken == .token(0))
    #expect(catalogue.entry(id: "gemma-3-270m")?.firstToken == .modelDefault)
    #expect(catalogue.entry(id: "gemma-3-270m")?.licence.notice?.contains("Gemma Terms of Use") ?? false)
  }

  @Test("A mistyped id finds its neighbours")
  func nearest() {
    #expect(Catalogue.builtIn.nearest(to: "gema-3-270m").first == "gemma-3-270m")
    #expect(Catalogue.builtIn.nearest(to: "SmolLM2-135M").first == "smollm2-135m-instruct")
    #expect(Catalogue.builtIn.nearest(to: "llama", limit: 2) == ["llama-3.1-8b-instruct", "llama-3.2-1b"])
    #expect(Catalogue.builtIn.nearest(to: "").count == 3)
    #expect(Catalogue.builtIn.nearest(to: String(repeating: "x", count: 100_000)).count == 3)
  }

  @Test("Repository names are read whole, and anything else is turned away")
  func repositories() {
    let full = HubRepository("ada/tiny@refs/pr/1:a.Q4_0.gguf")
    #expect(full?.owner == "ada")
    #expect(full?.name == "tiny")
    #expect(full?.revision == "refs/pr/1")
    #expect(full?.file == "a.Q4_0.gguf")
    #expect(full?.description == "ada/tiny@refs/pr/1:a.Q4_0.gguf")
    #expect(HubRepository("ada/tiny")?.revision == "main")
    #expect(HubRepository("ada/tiny@main")?.description == "ada/tiny")
    let wrong = [
      "", "/", "ada", "ada/", "/tiny", "ada/tiny/x", "../tiny", "ada/..", "ada/.tiny", "-ada/tiny",
      "a--b/tiny",
      "ada/tiny@", "ada/tiny@../x", "ada/tiny@a//b", "ada/tiny:", "ada/tiny:x.bin", "ada/tiny:../x.gguf",
      "ada/ti ny", "ada/tiny?x", "ada/tïny", "http://ada/tiny", "ada/tiny\0",
    ]
    for text in wrong { #expect(HubRepository(text) == nil, "\(text)") }
  }

  @Test("Retry-After is read as seconds or as a date")
  func retryAfter() {
    let now = Date(timeIntervalSince1970: 784_111_777)
    #expect(TransferPolicy.seconds(retryAfter: "7", now: now) == 7)
    #expect(TransferPolicy.seconds(retryAfter: "-7", now: now) == 0)
    #expect(TransferPolicy.seconds(retryAfter: "Sun, 06 Nov 1994 08:50:07 GMT", now: now) == 30)
    #expect(TransferPolicy.seconds(retryAfter: "Sun, 06 Nov 1994 08:49:07 GMT", now: now) == 0)
    #expect(TransferPolicy.seconds(retryAfter: "soon", now: now) == nil)
    #expect(TransferPolicy.seconds(retryAfter: nil, now: now) == nil)
  }
}

@Suite("Finding models")
struct ResolveTests {
  private func resolve(_ name: String, _ test: TestHome) -> Result<ResolvedModel, PullError> {
    Result { () throws(PullError) in try Catalogue.builtIn.resolve(name, home: test.home) }
  }

  @Test("An id stands for what was pulled, and says how to pull it when it was not")
  func ids() async throws {
    try await TestHome.use { test in
      #expect(
        resolve("gemma-3-270m", test) == .failure(.notPulled(name: "gemma-3-270m", bytes: 238_203_400)))
      let text = PullError.notPulled(name: "gemma-3-270m", bytes: 238_203_400).description
      #expect(
        text
          == "gemma-3-270m (238 MB to fetch) is not on this machine yet; run `microscope pull gemma-3-270m` first, "
          + "or pass the path of a model that you have.")
      try test.write(Data("GGUF".utf8), to: "home/models/gemma-3-270m/x.gguf")
      let found = try resolve("gemma-3-270m", test).get()
      #expect(found.location.lastPathComponent == "x.gguf")
      #expect(found.entry?.id == "gemma-3-270m")
    }
  }

  @Test("Paths are taken as they are")
  func paths() async throws {
    try await TestHome.use { test in
      try test.write(Data(), to: "a.gguf")
      try test.write(Data(), to: "hf/config.json")
      try test.write(Data(), to: "hf/model.safetensors")
      try test.write(Data(), to: "hf/model.gguf")
      try test.write(Data(), to: "one/x.gguf")
      let path = { (name: String) in test.folder.appendingPathComponent(name).path }
      #expect(try resolve(path("a.gguf"), test).get().location.path == path("a.gguf"))
      #expect(try resolve(path("hf"), test).get().location.path == path("hf"))
      #expect(try resolve(path("one"), test).get().location.path == path("one/x.gguf"))
      #expect(try resolve(path("hf"), test).get().entry == nil)
    }
  }

  @Test("Paths that hold no model are told why")
  func wrongPaths() async throws {
    try await TestHome.use { test in
      try test.write(Data(), to: "a.bin")
      try test.write(Data(), to: "none/readme")
      try test.write(Data(), to: "two/a.gguf")
      try test.write(Data(), to: "two/b.gguf")
      let path = { (name: String) in test.folder.appendingPathComponent(name).path }
      #expect(resolve(path("a.bin"), test) == .failure(.notAModel(path: path("a.bin"), why: .otherFile)))
      #expect(resolve(path("none"), test) == .failure(.notAModel(path: path("none"), why: .emptyFolder)))
      #expect(
        resolve(path("two"), test)
          == .failure(.notAModel(path: path("two"), why: .severalFiles(["a.gguf", "b.gguf"]))))
      let text = PullError.notAModel(path: "/two", why: .severalFiles(["a.gguf", "b.gguf"])).description
      #expect(
        text == "the folder /two holds several GGUF files (a.gguf, b.gguf); pass the path of one of them.")
    }
  }

  @Test("A name that is nothing lists the nearest ids and what to do")
  func unknown() async throws {
    try await TestHome.use { test in
      #expect(
        resolve("gemma3270m", test)
          == .failure(
            .unknownModel(name: "gemma3270m", nearest: ["gemma-3-270m", "gemma-2-2b", "gemma-3-270m-it"])))
      #expect(
        PullError.unknownModel(name: "gema\n", nearest: ["gemma-3-270m"])
          .description
          == "there is no model “gema ”; pass one of gemma-3-270m, an owner/name from the hub, or the path of a GGUF "
          + "file or a Hugging Face folder.")
      #expect(
        resolve("", test) == .failure(.unknownModel(name: "", nearest: Catalogue.builtIn.nearest(to: ""))))
      #expect(resolve("ada/tiny", test) == .failure(.notPulled(name: "ada/tiny", bytes: nil)))
      let specimen = PullError.notPulled(name: "specimen/sums", bytes: nil)
      #expect(resolve("specimen/sums", test) == .failure(specimen))
      #expect(specimen.description.contains("`microscope specimen train`"))
      #expect(resolve("a\0b", test) != .success(ResolvedModel(location: test.folder)))
    }
  }
}
