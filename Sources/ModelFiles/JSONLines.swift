import Foundation

/// A text file of JSON values, one on a line, that grows as a run goes on.
package struct JSONLines: Sendable {
  /// Where the file lies.
  package let path: String

  /// Names the file.
  package init(path: String) { self.path = path }

  /// Appends a value to the file, which exists.
  package func append(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let line = try encoder.encode(value) + Data([0x0A])
    do {
      let file = try FileHandle(forWritingTo: URL(filePath: path))
      defer { try? file.close() }
      try file.seekToEnd()
      try file.write(contentsOf: line)
    } catch {
      throw unwritable
    }
  }

  /// Keeps the lines that are values for which `isKept` holds, and drops the others; makes the file where there is none.
  package func keep<Value: Decodable>(_ type: Value.Type, where isKept: (Value) -> Bool) throws {
    let old = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    let kept = old.split(separator: "\n").filter { line in
      (try? JSONDecoder().decode(Value.self, from: Data(line.utf8))).map(isKept) ?? false
    }
    do {
      try Data(kept.map { $0 + "\n" }.joined().utf8).write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw unwritable
    }
  }

  private var unwritable: ModelFileError {
    .unwritable(path: path, reason: "check that the disk is not full and the folder may be written")
  }
}
