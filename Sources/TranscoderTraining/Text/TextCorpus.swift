import Foundation
import ModelFiles

/// Documents of plain text, in the order of their files.
public struct TextCorpus: Sendable {
  /// The documents.
  public let documents: [String]

  /// The most bytes of text that are kept; what comes behind is left out.
  public static let mostBytes = 1 << 30

  /// Wraps documents.
  public init(documents: [String]) { self.documents = documents }

  /// Reads files and folders: `.txt` and `.md` are one document each, `.jsonl` one a line under "text"; each may be
  /// compressed (`.gz`).
  public init(paths: [String]) throws {
    var documents: [String] = []
    var room = TextCorpus.mostBytes
    for file in try paths.flatMap(TextCorpus.files) where room > 0 {
      for document in try TextCorpus.read(file) where !document.isEmpty && room > 0 {
        documents.append(document)
        room -= document.utf8.count
      }
    }
    self.documents = documents
  }

  /// The files that a path names: itself, or what a folder holds at any depth, in the order of the names.
  private static func files(_ path: String) throws -> [String] {
    guard !path.isEmpty, let values = try? URL(filePath: path).resourceValues(forKeys: [.isDirectoryKey])
    else {
      throw TrainingError.badText(path: path, problem: "there is no such file or folder; check the path")
    }
    guard values.isDirectory == true else {
      guard kind(path) != nil else {
        throw TrainingError.badText(
          path: path, problem: "its name does not end in .txt, .md or .jsonl, or one of them and .gz")
      }
      return [path]
    }
    let names = ((try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []).filter {
      kind($0) != nil
    }
    guard !names.isEmpty else {
      throw TrainingError.badText(
        path: path, problem: "the folder holds no .txt, .md or .jsonl files that may be read")
    }
    return names.sorted().map { path + "/" + $0 }
  }

  /// "txt", "md" or "jsonl"; nil for other files.
  private static func kind(_ path: String) -> String? {
    let name = path.lowercased()
    let plain = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
    return ["txt", "md", "jsonl"].first { plain.hasSuffix("." + $0) }
  }

  private static func read(_ path: String) throws -> [String] {
    let bytes = try CompressedFile.contents(path, atMost: mostBytes)
    guard kind(path) == "jsonl" else { return [try text(bytes[...], path)] }
    var documents: [String] = []
    for (index, line) in bytes.split(separator: 0x0A).enumerated() {
      guard line.contains(where: { $0 != 0x20 && $0 != 0x0D && $0 != 0x09 }) else { continue }
      guard let record = try? JSONDecoder().decode(Record.self, from: Data(line)) else {
        throw TrainingError.badText(
          path: path, problem: "line \(index + 1) is no JSON object with a string under \"text\"")
      }
      documents.append(record.text)
    }
    return documents
  }

  private static func text(_ bytes: ArraySlice<UInt8>, _ path: String) throws(TrainingError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .badText(path: path, problem: "it is not valid UTF-8; convert it first")
    }
    return text
  }

  private struct Record: Decodable { var text: String }
}

extension TextCorpus {
  /// Divides the documents into those to train on and those held out, the same way every time.
  ///
  /// Documents are cut in pieces first, so that a few long ones divide as well.
  public func divided(heldOut share: Double, seed: UInt64) -> (training: TextCorpus, heldOut: TextCorpus) {
    var random = SeededOrder(seed: seed)
    var (training, heldOut): ([String], [String]) = ([], [])
    for document in documents {
      if random.unit() < share { heldOut.append(document) } else { training.append(document) }
    }
    return (TextCorpus(documents: training), TextCorpus(documents: heldOut))
  }
}
