import Foundation
import ModelCatalogues
import Synchronization
import Testing

@Suite("Pulling from the hub")
struct HubPullTests {
  @Test("The needed files arrive, verified, and nothing else is left")
  func plain() async throws {
    let repository = FakeRepository.model(weights: noise(100_000))
    try await TestHome.use { test in
      try await FakeHub.serve(repository) { hub in
        let reports = Mutex<[PullProgress]>([])
        let pulled = try await test.puller(endpoint: hub.endpoint).pull("ada/tiny") { report in
          reports.withLock { $0.append(report) }
        }
        #expect(!pulled.wasAlreadyThere)
        #expect(pulled.model.location.lastPathComponent == "ada--tiny")
        #expect(
          test.modelFiles == [
            "ada--tiny.lock", "ada--tiny/config.json", "ada--tiny/model.safetensors",
            "ada--tiny/tokenizer.json",
          ])
        let weights = try Data(contentsOf: pulled.model.location.appendingPathComponent("model.safetensors"))
        #expect(weights == repository.files["model.safetensors"])
        #expect(hub.requests.allSatisfy { $0.encoding == "identity" && $0.authorization == nil })
        let last = try #require(reports.withLock { $0.last { $0.phase == .downloading } })
        #expect(last.bytesDone == last.bytesTotal)
        #expect(last.fraction == 1)
        let again = try await test.puller(endpoint: "http://127.0.0.1:9").pull("ada/tiny")
        #expect(again.wasAlreadyThere)
        #expect(again.model == pulled.model)
      }
    }
  }

  @Test("A connection that is cut again and again is gone on from with Range")
  func resume() async throws {
    var repository = FakeRepository.model(weights: noise(200_000))
    repository.fault = { file, request in
      file == "model.safetensors" && request < 9 ? .cut(after: 20_000) : nil
    }
    let weights = repository.files["model.safetensors"]
    try await TestHome.use { test in
      try await FakeHub.serve(repository) { hub in
        let pulled = try await test.puller(endpoint: hub.endpoint).pull("ada/tiny")
        let file = pulled.model.location.appendingPathComponent("model.safetensors")
        #expect(try Data(contentsOf: file) == weights)
        let ranges = hub.requests(for: "model.safetensors").map(\.range)
        #expect(ranges.count > 2)
        #expect(ranges.first == .some(nil))
        #expect(ranges.dropFirst().allSatisfy { $0?.hasPrefix("bytes=") ?? false })
      }
    }
  }

  @Test("A long file is asked for in pieces")
  func pieces() async throws {
    let repository = FakeRepository.model(weights: noise(25_000))
    var policy = TestHome.hasty
    policy.piece = 10_000
    try await TestHome.use { [policy] test in
      try await FakeHub.serve(repository) { hub in
        let pulled = try await test.puller(endpoint: hub.endpoint, policy: policy).pull("ada/tiny")
        let file = pulled.model.location.appendingPathComponent("model.safetensors")
        #expect(try Data(contentsOf: file) == repository.files["model.safetensors"])
        let ranges = hub.requests(for: "model.safetensors").map(\.range)
        #expect(ranges == ["bytes=0-9999", "bytes=10000-19999", "bytes=20000-"])
      }
    }
  }

  @Test("A server that ignores Range makes the file start anew and come out right")
  func rangeIgnored() async throws {
    var repository = FakeRepository.model(weights: noise(60_000))
    repository.fault = { file, request in
      guard file == "model.safetensors" else { return nil }
      return request == 1 ? .cut(after: 30_000) : .ignoresRange
    }
    let weights = repository.files["model.safetensors"]
    try await TestHome.use { test in
      try await FakeHub.serve(repository) { hub in
        let pulled = try await test.puller(endpoint: hub.endpoint).pull("ada/tiny")
        let file = pulled.model.location.appendingPathComponent("model.safetensors")
        #expect(try Data(contentsOf: file) == weights)
      }
    }
  }

  @Test("A server that answers with another range makes the file start anew")
  func rangeWrong() async throws {
    var repository = FakeRepository.model(weights: noise(60_000))
    repository.fault = { file, request in
      guard file == "model.safetensors" else { return nil }
      return request == 1 ? .cut(after: 30_000) : request == 2 ? .wrongRange : nil
    }
    try await TestHome.use { test in
      try await FakeHub.serve(repository) { hub in
        let pulled = try await test.puller(endpoint: hub.endpoint).pull("ada/tiny")
        #expect(pulled.model.location.lastPathComponent == "ada--tiny")
        #expect(hub.requests(for: "model.safetensors").last?.range == nil)
      }
    }
  }

  @Test("A pull that gave up is gone on from by the next pull")
  func secondPull() async throws {
    var repository = FakeRepository.model(weights: noise(300_000))
    repository.fault = { file, request in
      guard file == "model.safetensors" else { return nil }
      return request == 1 ? .cut(after: 150_000) : request <= 5 ? .status(503) : nil
    }
    try await TestHome.use { test in
      try await FakeHub.serve(repository) { hub in
        let puller = test.puller(endpoint: hub.endpoint)
        let error = await failure { _ = try await puller.pull("ada/tiny") }
        #expect(
          error
            == .unreachable(host: "127.0.0.1", file: "model.safetensors", reason: "HTTP status 503", tries: 5)
        )
        #expect(error?.description.contains("pull again, which goes on where this stopped") ?? false)
        #expect(test.modelFiles.contains { $0.hasPrefix("ada--tiny.partial/incoming/model.safetensors.") })
        #expect(
          !FileManager.default.fileExists(atPath: test.home.models.appendingPathComponent("ada--tiny").path))
        _ = try await puller.pull("ada/tiny")
        let last = try #require(hub.requests(for: "model.safetensors").last)
        #expect(last.range != nil)
        #expect(hub.requests(for: "config.json").count == 1)
      }
    }
  }

  @Test("A redirect is followed, and the token does not go to another host")
  func redirect() async throws {
    let elsewhere = FakeRepository.model(weights: noise(5000))
    try await TestHome.use { test in
      try await FakeHub.serve(elsewhere) { storage in
        var repository = elsewhere
        let target = "\(storage.endpoint)/elsewhere/model.safetensors?signature=1"
        repository.fault = { file, _ in
          switch file {
          case "model.safetensors": .redirect(to: target)
          case "config.json": .redirect(to: "/elsewhere/config.json")
          default: nil
          }
        }
        try await FakeHub.serve(repository) { hub in
          let puller = test.puller(endpoint: hub.endpoint, extra: ["HF_TOKEN": "hf_secret"])
          _ = try await puller.pull("ada/tiny")
          #expect(hub.requests.allSatisfy { $0.authorization == "Bearer hf_secret" })
          #expect(hub.requests(for: "elsewhere/config.json").count == 1)
          #expect(storage.requests.map(\.file) == ["elsewhere/model.safetensors"])
          #expect(storage.requests.allSatisfy { $0.authorization == nil })
        }
      }
    }
  }

  @Test("The token is read from the hub's own file when HF_TOKEN is not set")
  func tokenFile() async throws {
    try await TestHome.use { test in
      try test.write(Data("hf_file\n".utf8), to: ".cache/huggingface/token")
      try await FakeHub.serve(.model()) { hub in
        _ = try await test.puller(endpoint: hub.endpoint).pull("ada/tiny")
        #expect(hub.requests.allSatisfy { $0.authorization == "Bearer hf_file" })
      }
    }
  }

  @Test("Retry-After is waited for")
  func retryAfter() async throws {
    var repository = FakeRepository.model()
    repository.fault = { file, request in
      file.isEmpty && request == 1 ? .status(429, ["Retry-After": "1"]) : nil
    }
    try await TestHome.use { test in
      try await FakeHub.serve(repository) { hub in
        let elapsed = try await ContinuousClock().measure {
          _ = try await test.puller(endpoint: hub.endpoint).pull("ada/tiny")
        }
        #expect(elapsed >= .seconds(1))
        #expect(hub.requests(for: "").count == 2)
      }
    }
  }

  @Test("A weights file is chosen by name, and kept apart from its siblings")
  func chosenFile() async throws {
    var repository = FakeRepository.model()
    repository.files["a.gguf"] = Data("GGUF-a".utf8)
    try await TestHome.use { [repository] test in
      try await FakeHub.serve(repository) { hub in
        let pulled = try await test.puller(endpoint: hub.endpoint).pull("ada/tiny@v1/x:a.gguf")
        #expect(pulled.model.location.lastPathComponent == "a.gguf")
        #expect(try Catalogue.builtIn.resolve("ada/tiny@v1/x:a.gguf", home: test.home) == pulled.model)
        #expect(!test.modelFiles.contains { $0.hasSuffix(".safetensors") })
      }
    }
  }

  @Test("A transcoder set goes to its own shelf, subfolders and all")
  func transcoders() async throws {
    let repository = FakeRepository(files: [
      "config.yaml": Data("model_kind: transcoder_set".utf8), "layer_0.safetensors": noise(10),
      "deep/layer_1.safetensors": noise(11),
    ])
    try await TestHome.use { test in
      try await FakeHub.serve(repository) { hub in
        let pulled = try await test.puller(endpoint: hub.endpoint).pull("ada/tiny", shelf: .transcoders)
        #expect(
          test.files(below: pulled.model.location)
            == ["config.yaml", "deep/layer_1.safetensors", "layer_0.safetensors"])
        let found = try Catalogue.builtIn.resolve("ada/tiny", home: test.home, shelf: .transcoders)
        #expect(found == pulled.model)
      }
    }
  }

  @Test("Two pulls at once fetch once")
  func twoAtOnce() async throws {
    let repository = FakeRepository.model(weights: noise(400_000))
    try await TestHome.use { test in
      try await FakeHub.serve(repository) { hub in
        let puller = test.puller(endpoint: hub.endpoint)
        async let first = puller.pull("ada/tiny")
        async let second = puller.pull("ada/tiny")
        let both = try await [first, second]
        #expect(both.count { $0.wasAlreadyThere } == 1)
        #expect(hub.requests(for: "model.safetensors").count == 1)
      }
    }
  }

  @Test("A cancelled pull says so and keeps what came")
  func cancelled() async throws {
    var repository = FakeRepository.model(weights: noise(300_000))
    repository.fault = { file, request in
      guard file == "model.safetensors" else { return nil }
      return request == 1 ? .cut(after: 100_000) : request == 2 ? .status(503, ["Retry-After": "60"]) : nil
    }
    try await TestHome.use { test in
      try await FakeHub.serve(repository) { hub in
        let puller = test.puller(endpoint: hub.endpoint)
        let pull = Task { try await puller.pull("ada/tiny") }
        while hub.requests(for: "model.safetensors").count < 2 { try await Task.sleep(for: .milliseconds(5)) }
        pull.cancel()
        #expect(await failure { _ = try await pull.value } == .cancelled)
        _ = try await puller.pull("ada/tiny")
        #expect(hub.requests(for: "model.safetensors").last?.range != nil)
      }
    }
  }
}
