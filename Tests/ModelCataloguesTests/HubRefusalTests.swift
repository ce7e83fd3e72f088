import Foundation
import ModelCatalogues
import Testing

@Suite("What the hub refuses or gets wrong")
struct HubRefusalTests {
  /// Pulls the small model from a hub with one fault and returns the error and what is left on the disk.
  private func pull(
    _ repository: FakeRepository, _ name: String = "ada/tiny", extra: [String: String] = [:]
  ) async throws -> (error: PullError?, files: [String], text: String) {
    try await TestHome.use { test in
      try await FakeHub.serve(repository) { hub in
        let error = await failure {
          _ = try await test.puller(endpoint: hub.endpoint, extra: extra).pull(name)
        }
        return (error, test.modelFiles.filter { !$0.hasSuffix(".lock") }, error?.description ?? "")
      }
    }
  }

  private func faulty(_ file: String, _ fault: FakeRepository.Fault) -> FakeRepository {
    var repository = FakeRepository.model(weights: noise(5000))
    repository.fault = { name, _ in name == file ? fault : nil }
    return repository
  }

  @Test("A gated repository asks for its terms and a token", arguments: [401, 403])
  func gated(status: Int) async throws {
    let outcome = try await pull(faulty("", .status(status, ["X-Error-Code": "GatedRepo"])))
    #expect(outcome.error == .gated(repository: "ada/tiny", tokenGiven: false))
    #expect(outcome.text.contains("accept its terms on its page, then set HF_TOKEN"))
    #expect(outcome.files.isEmpty)
    let withToken = try await pull(
      faulty("config.json", .status(status, ["X-Error-Code": "GatedRepo"])), extra: ["HF_TOKEN": "hf_x"])
    #expect(withToken.error == .gated(repository: "ada/tiny", tokenGiven: true))
    #expect(withToken.text.contains("the account that the token belongs to"))
  }

  @Test("A repository or file that is not there is said to be missing")
  func missing() async throws {
    let none = try await pull(.model(), "ada/other")
    #expect(none.error == .notFound(repository: "ada/other", file: nil))
    #expect(none.text.contains("check the spelling"))
    let file = try await pull(.model(), "ada/tiny:other.gguf")
    #expect(file.error == .notFound(repository: "ada/tiny", file: "other.gguf"))
    let hidden = try await pull(
      faulty("", .status(401, ["X-Error-Code": "RepoNotFound"])), extra: ["HF_TOKEN": "hf_x"])
    #expect(hidden.error == .notFound(repository: "ada/tiny", file: nil))
  }

  @Test("A long Retry-After ends the pull with a sentence")
  func rateLimit() async throws {
    let outcome = try await pull(faulty("", .status(429, ["Retry-After": "3600"])))
    #expect(outcome.error == .rateLimited(host: "127.0.0.1", seconds: 3600))
    #expect(outcome.text.contains("set HF_TOKEN, which raises the limit"))
  }

  @Test("Other refusals are not repeated")
  func refused() async throws {
    let outcome = try await pull(faulty("config.json", .status(418)))
    #expect(outcome.error == .refused(host: "127.0.0.1", status: 418, file: "config.json"))
  }

  @Test("Weights with another content are deleted and reported")
  func wrongWeights() async throws {
    let wrong = Data(noise(5000).reversed())
    let outcome = try await pull(faulty("model.safetensors", .body(wrong)))
    let expected = sha256(noise(5000))
    #expect(
      outcome.error == .wrongDigest(file: "model.safetensors", expected: expected, found: sha256(wrong)))
    #expect(outcome.text.contains("was deleted; pull again"))
    #expect(!outcome.files.contains { $0.contains("model.safetensors") })
    #expect(!outcome.files.contains { $0.hasPrefix("ada--tiny/") })
  }

  @Test("A small file with another content is found out by its git object id")
  func wrongConfiguration() async throws {
    let outcome = try await pull(faulty("tokenizer.json", .body(Data("[]".utf8))))
    guard case .wrongDigest(let file, let expected, _) = outcome.error else {
      Issue.record("not a wrong digest: \(outcome.text)")
      return
    }
    #expect(file == "tokenizer.json")
    #expect(expected == "9e26dfeeb6e641a33dae4961196235bdb965b21b")
  }

  @Test("A body that ends early, though announced as whole, is tried again and then reported")
  func truncated() async throws {
    let outcome = try await pull(faulty("model.safetensors", .body(noise(4000))))
    guard case .unreachable(_, let file, let reason, let tries) = outcome.error else {
      Issue.record("not unreachable: \(outcome.text)")
      return
    }
    #expect(file == "model.safetensors")
    #expect(tries == 5)
    #expect(!reason.isEmpty)
  }

  @Test("A body that goes on for ever is stopped at the announced length")
  func endless() async throws {
    let outcome = try await pull(faulty("model.safetensors", .body(noise(50_000))))
    #expect(outcome.error == .tooLong(file: "model.safetensors", expected: 5000))
    #expect(!outcome.files.contains { $0.contains("model.safetensors") })
  }

  @Test(
    "A name that leaves the folder is refused, or not looked at where only top names count",
    arguments: [
      "../evil.safetensors", "/etc/evil.safetensors", "a/../../evil.safetensors", "~/evil.safetensors",
    ])
  func traversal(name: String) async throws {
    var repository = FakeRepository.model()
    repository.listedOnly = [name]
    try await TestHome.use { [repository] test in
      try await FakeHub.serve(repository) { hub in
        let puller = test.puller(endpoint: hub.endpoint)
        let error = await failure { _ = try await puller.pull("ada/tiny", shelf: .transcoders) }
        #expect(
          error == .badListing(repository: "ada/tiny", problem: "names the unsafe path “\(name)”"))
        // Nothing but the listing, which a busy machine may have to ask for again.
        #expect(Set(hub.requests.map(\.file)) == [""])
        #expect(test.files(below: test.home.transcoders) == ["ada--tiny.lock"])
        let model = try await puller.pull("ada/tiny").model.location
        #expect(test.files(below: model) == ["config.json", "model.safetensors", "tokenizer.json"])
      }
    }
  }

  @Test("Nothing is fetched from a list with unsafe names")
  func unsafeNames() async throws {
    let names = ["..\\evil.safetensors", ".safetensors", "a\u{0}b.safetensors", "a\nb.safetensors"]
    for name in names {
      var repository = FakeRepository.model()
      repository.listedOnly = [name]
      let outcome = try await pull(repository)
      #expect(outcome.text.contains("names the unsafe path"), "\(name)")
      #expect(!outcome.text.contains("\n"))
      #expect(outcome.files.isEmpty)
    }
  }

  @Test("A list that is no list is reported", arguments: ["", "[]", "{", #"{"siblings":[{"rfilename":3}]}"#])
  func nonsense(text: String) async throws {
    let outcome = try await pull(faulty("", .body(Data(text.utf8))))
    #expect(outcome.error == .badListing(repository: "ada/tiny", problem: "could not be understood"))
  }

  @Test("A list without lengths, or with absurd ones, is reported")
  func lengths() async throws {
    func outcome(_ siblings: String) async throws -> (error: PullError?, text: String) {
      let list = #"{"siblings":[{"rfilename":"config.json","size":2},\#(siblings)]}"#
      let outcome = try await pull(faulty("", .body(Data(list.utf8))))
      return (outcome.error, outcome.text)
    }
    let none = try await outcome(#"{"rfilename":"model.safetensors"}"#)
    #expect(none.text.contains("gives no length for model.safetensors"))
    let negative = try await outcome(#"{"rfilename":"model.safetensors","size":-1}"#)
    #expect(negative.text.contains("gives no length for model.safetensors"))
    let large = #"{"rfilename":"model.safetensors","size":9223372036854775000}"#
    let two = try await outcome(large + "," + large.replacing("model.", with: "model-2."))
    #expect(two.text.contains("gives absurd lengths"))
    let one = try await outcome(large)
    #expect(one.text.contains("has no room for"))
    #expect(one.text.hasSuffix("or set MICROSCOPE_HOME to a folder on another disk."))
  }

  @Test("Without weights, or with several GGUF files, the sentence says what to do")
  func weights() async throws {
    let none = try await pull(FakeRepository(files: ["config.json": Data("{}".utf8)]))
    #expect(none.error == .noWeights(repository: "ada/tiny"))
    let bare = try await pull(FakeRepository(files: ["layer_0.safetensors": noise(3)]))
    #expect(bare.error == .noConfiguration(repository: "ada/tiny"))
    #expect(bare.files.isEmpty)
    let several = try await pull(FakeRepository(files: ["b.gguf": noise(3), "a.gguf": noise(3)]))
    #expect(several.error == .chooseFile(repository: "ada/tiny", files: ["a.gguf", "b.gguf"]))
    #expect(several.text.contains("`ada/tiny:a.gguf`"))
  }

  @Test("With nobody listening, one sentence says what was tried and what to do")
  func nobody() async throws {
    try await TestHome.use { test in
      let error = await failure { _ = try await test.puller(endpoint: "http://127.0.0.1:9").pull("ada/tiny") }
      let text = error?.description ?? ""
      #expect(text.hasPrefix("the file list of ada/tiny could not be fetched from 127.0.0.1 in 5 tries"))
      #expect(text.hasSuffix("or pass --model PATH with a model that you have."))
    }
  }

  @Test("Settings that make no sense are named")
  func settings() async throws {
    try await TestHome.use { test in
      let endpoint = await failure { _ = try await test.puller(endpoint: "ftp://hub").pull("ada/tiny") }
      #expect(endpoint == .badSetting(variable: "HF_ENDPOINT", problem: "is not a web address"))
      let puller = test.puller(endpoint: "http://127.0.0.1:9", extra: ["HF_TOKEN": "a\r\nHost: b"])
      let token = await failure { _ = try await puller.pull("ada/tiny") }
      #expect(
        token?.description
          == "the environment variable HF_TOKEN holds characters that no access token has; correct it or unset it."
      )
    }
  }
}
