import Foundation
import ModelCatalogues
import Testing

@Suite("Transcoders of the hub")
struct TranscoderPullTests {
  @Test("Every published set belongs to a model, and its repository reads as it is written")
  func catalogue() {
    let catalogue = Catalogue.builtIn
    for entry in catalogue.entries {
      #expect(Set(entry.transcoders.map(\.id)).count == entry.transcoders.count)
      for set in entry.transcoders {
        #expect(HubRepository(set.repository.description, allowingFolder: true) == set.repository)
        #expect(catalogue.repository(ofTranscoders: set.id, model: entry.id) == set.repository)
        #expect(catalogue.repository(ofTranscoders: "\(entry.id)/\(set.id)") == set.repository)
      }
      #expect(catalogue.entries(shape: entry.shape).contains(entry))
    }
    #expect(catalogue.entry(ofModel: "google/gemma-2-2b")?.id == "gemma-2-2b")
    #expect(catalogue.entry(ofModel: "google/gemma-2-9b") == nil)
    #expect(catalogue.repository(ofTranscoders: "gemma-scope") == nil, "an id alone has no model")
  }

  @Test("A folder of a repository is written behind its name, and nothing that leaves it")
  func folders() {
    let folder = HubRepository("ada/tiny/clt/width_1@v1", allowingFolder: true)
    #expect(folder?.folder == "clt/width_1" && folder?.revision == "v1")
    #expect(folder?.description == "ada/tiny/clt/width_1@v1")
    #expect(HubRepository("hf://ada/tiny", allowingFolder: true)?.description == "ada/tiny")
    for text in ["ada/tiny/../x", "ada/tiny/", "ada/tiny//x", "ada/tiny/a--b", "ada/tiny/.x", "ada"] {
      #expect(HubRepository(text, allowingFolder: true) == nil, "\(text)")
    }
    #expect(HubRepository("ada/tiny/clt") == nil)
  }

  /// Two sets in folders, one that lists files of another repository.
  private static let sets = FakeRepository(files: [
    "README.md": Data("# Sets".utf8),
    "plt/config.yaml": Data(
      """
      model_kind: transcoder_set
      transcoders:
      - hf://eve/scope/layer_0/params.npz
      - "hf://eve/scope/layer_1/params.npz@v2"
      - hf://eve/scope@v2/layer_1/params.npz?revision=v2
      """.utf8),
    "clt/config.yaml": Data("model_kind: cross_layer_transcoder".utf8),
    "clt/W_enc_0.safetensors": noise(100), "clt/W_dec_0.safetensors": noise(200),
  ])

  private static let scope = FakeRepository(
    path: "eve/scope",
    files: [
      "layer_0/params.npz": noise(5000), "layer_1/params.npz": noise(700), "layer_1/other.npz": noise(10),
      "config.json": Data("{}".utf8),
    ])

  @Test("One folder is fetched as if it were the repository")
  func oneFolder() async throws {
    try await TestHome.use { test in
      try await FakeHub.serve(Self.sets) { hub in
        let pulled = try await test.puller(endpoint: hub.endpoint).pull("ada/tiny/clt", shelf: .transcoders)
        let files = test.files(below: pulled.model.location)
        #expect(files == ["W_dec_0.safetensors", "W_enc_0.safetensors", "config.yaml"])
        let found = try Catalogue.builtIn.resolve(transcoders: "ada/tiny/clt", model: "any", home: test.home)
        #expect(found.location.path == pulled.model.location.path)
      }
    }
  }

  @Test(
    "Files that a configuration names elsewhere are fetched, each once and verified, and found by a table")
  func references() async throws {
    try await TestHome.use { test in
      try await FakeHub.serve([Self.sets, Self.scope]) { hub in
        let pulled = try await test.puller(endpoint: hub.endpoint).pull("ada/tiny/plt", shelf: .transcoders)
        let files = test.files(below: pulled.model.location)
        #expect(
          files == [
            "config.yaml", "references.json", "references/eve--scope/layer_0/params.npz",
            "references/eve--scope@v2/layer_1/params.npz",
          ])
        let table = try JSONDecoder().decode(
          [String: String].self,
          from: Data(contentsOf: pulled.model.location.appendingPathComponent("references.json")))
        #expect(table.count == 3 && Set(table.values) == Set(files.suffix(2)))
        #expect(table["hf://eve/scope/layer_1/params.npz@v2"] == files.last)
        let content = try Data(
          contentsOf: pulled.model.location.appendingPathComponent(files[2]))
        #expect(content == noise(5000))
      }
    }
  }

  @Test("A pull that broke among the references goes on, and damage is noticed")
  func interruptedReferences() async throws {
    var broken = Self.scope
    broken.fault = { file, _ in file == "layer_1/params.npz" ? .status(418) : nil }
    var wrong = Self.scope
    wrong.fault = { file, _ in file == "layer_1/params.npz" ? .body(noise(699) + [0]) : nil }
    try await TestHome.use { test in
      for repository in [broken, wrong] {
        let error = try await FakeHub.serve([Self.sets, repository]) { hub in
          await failure {
            _ = try await test.puller(endpoint: hub.endpoint).pull("ada/tiny/plt", shelf: .transcoders)
          }
        }
        #expect(error != nil)
        #expect(!test.files(below: test.home.transcoders).contains { $0.hasPrefix("ada--tiny--plt/") })
      }
      try await FakeHub.serve([Self.sets, Self.scope]) { hub in
        _ = try await test.puller(endpoint: hub.endpoint).pull("ada/tiny/plt", shelf: .transcoders)
        #expect(hub.requests(for: "layer_0/params.npz").isEmpty, "what was whole is kept")
      }
    }
  }

  @Test("A folder that is not there is said to be missing, with those that are")
  func missingFolder() async throws {
    try await TestHome.use { test in
      try await FakeHub.serve(Self.sets) { hub in
        for (name, mention) in [
          ("ada/tiny/nothing", "in nothing, but in clt, plt"), ("ada/tiny/clt2", "clt, plt"),
        ] {
          let error = await failure {
            _ = try await test.puller(endpoint: hub.endpoint).pull(name, shelf: .transcoders)
          }
          #expect(error?.description.contains(mention) == true, "\(error?.description ?? "")")
        }
      }
    }
  }

  @Test(
    "A reference to a gated repository asks for its terms and a token, and never shows the token",
    arguments: [401, 403])
  func gatedReference(status: Int) async throws {
    var gated = Self.scope
    gated.fault = { _, _ in .status(status, ["X-Error-Code": "GatedRepo"]) }
    let served = gated
    try await TestHome.use { test in
      try await FakeHub.serve([Self.sets, served]) { hub in
        for extra in [[:], ["HF_TOKEN": "hf_secret"]] {
          let puller = test.puller(endpoint: hub.endpoint, extra: extra)
          let error = await failure { _ = try await puller.pull("ada/tiny/plt", shelf: .transcoders) }
          #expect(error == .gated(repository: "eve/scope", tokenGiven: !extra.isEmpty))
          #expect(error?.description.contains("hf_secret") == false)
          #expect(error?.description.contains("accept its terms") == true)
        }
      }
    }
  }

  @Test("References that leave the folder or are none are not followed")
  func hostileReferences() async throws {
    let texts = [
      "hf://eve/scope/../../x", "hf://eve/scope", "hf://eve/scope/a\\b", "hf:///etc/passwd",
      "hf://eve/../x/y",
      "hf://eve/scope/~/x", "hf://eve/scope/.ssh/x", "hf://eve/scope/x?revision=../y",
    ]
    let sets = FakeRepository(files: [
      "config.yaml": Data(("transcoders:\n" + texts.map { "- \($0)\n" }.joined()).utf8)
    ])
    try await TestHome.use { test in
      try await FakeHub.serve([sets, Self.scope]) { hub in
        let pulled = try await test.puller(endpoint: hub.endpoint).pull("ada/tiny", shelf: .transcoders)
        #expect(test.files(below: pulled.model.location) == ["config.yaml"])
      }
    }
  }

  @Test("The token is read from HF_HOME when that is set, and HF_TOKEN comes first")
  func tokenFile() async throws {
    try await TestHome.use { test in
      try test.write(Data("hf_moved\n".utf8), to: "elsewhere/token")
      try test.write(Data("hf_standard\n".utf8), to: ".cache/huggingface/token")
      let moved = ["HF_HOME": test.folder.path + "/elsewhere"]
      for (name, extra, expected) in [
        ("ada/tiny", moved, "hf_moved"),
        ("ada/tiny@v1", moved.merging(["HF_TOKEN": "hf_set"]) { $1 }, "hf_set"),
        ("ada/tiny@v2", [:], "hf_standard"),
      ] {
        try await FakeHub.serve(.model()) { hub in
          _ = try await test.puller(endpoint: hub.endpoint, extra: extra).pull(name)
          #expect(hub.requests.allSatisfy { $0.authorization == "Bearer \(expected)" })
        }
      }
    }
  }

  @Test("An unknown id names those that there are for the model")
  func unknown() {
    let home = MicroscopeHome(root: URL(fileURLWithPath: "/nowhere"))
    let error = #expect(throws: PullError.self) {
      try Catalogue.builtIn.resolve(transcoders: "clt", model: "gemma-2-2b", home: home)
    }
    #expect(error?.description.contains("gemma-scope, clt-426k, clt-2.5m") == true)
    let missing = #expect(throws: PullError.self) {
      try Catalogue.builtIn.resolve(transcoders: "gemma-scope", model: "google/gemma-2-2b", home: home)
    }
    #expect(missing == .notPulled(name: "mwhanna/gemma-scope-transcoders", bytes: nil))
  }
}
