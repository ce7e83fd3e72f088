import Foundation
import LinearAlgebra
import ModelFiles
import Testing
import Transcoders
import _TestSupport

@Suite("Spoiled compact sets are refused in one sentence")
struct HostileCompactTests {
  private static let width = 64

  /// A cross-layer set of 2 layers and 20 features, of which features 0 and 1 of layer 0 write nothing to layer 1.
  private static func set() -> TranscoderSet {
    var set = TinyTranscoders("CLT") {
      $0.isCrossLayer = true
      $0.activation = .jumpReLU
    }.set(layerCount: 2, dModel: width)
    var rows = set.transcoders[0].decoders[1].widened()
    for row in 0..<2 { rows[row: row] = [Float](repeating: 0, count: width)[...] }
    set.transcoders[0].decoders[1] = StoredMatrix(rows)
    return set
  }

  private func refuse(_ path: String, _ mention: String) {
    let error = #expect(throws: (any Error).self) { try TranscoderSet(path: path) }
    let text = error.map { "\($0)" } ?? ""
    #expect(error is TranscoderError || error is ModelFileError)
    #expect(text.isOneSentence && (mention.isEmpty || text.contains(mention)), "\(text)")
  }

  @Test("A configuration that counts other files", arguments: ["0", "-1", "3", "99999999", "many", ""])
  func count(files: String) throws {
    try CompactFolder.with(Self.set()) { path, _ in
      let file = URL(filePath: path + "/config.yaml")
      let text = try String(contentsOf: file, encoding: .utf8)
      try Data(text.replacing("compact_files: 1", with: "compact_files: \(files)").utf8).write(to: file)
      refuse(path, "compact_")
    }
  }

  @Test("A file that is missing or stands twice")
  func files() throws {
    try CompactFolder.with(Self.set(), fileBytes: 3000) { path, _ in
      let files = FileManager.default
      let (from, to) = (path + "/compact_0.safetensors", path + "/compact_2.safetensors")
      try files.removeItem(atPath: to)
      refuse(path, "compact_2")
      try files.copyItem(atPath: from, toPath: to)
      refuse(path, "twice")
    }
  }

  /// A tensor of a file, and the bytes that shall stand in it instead, from its first on.
  struct Spoiling: Sendable {
    let name: String
    let bytes: [UInt8]
    let mention: String
  }

  @Test(
    "Scales and indices that cannot be",
    arguments: [
      Spoiling(name: "W_enc_0", bytes: [0xFF, 0xFF], mention: "scale"),
      Spoiling(name: "W_dec_0_1", bytes: [0x00, 0xFC], mention: "scale"),
      Spoiling(name: "W_dec_0_1_rows", bytes: [0xFF, 0xFF, 0xFF, 0xFF], mention: "rising"),
      Spoiling(name: "W_dec_0_1_rows", bytes: [3], mention: "rising"),
      Spoiling(name: "W_dec_0_1_rows", bytes: [0, 0, 0, 0x40], mention: "rising"),
      Spoiling(name: "b_enc_0", bytes: [0xFF, 0xFF, 0xFF, 0xFF], mention: "b_enc_0"),
      Spoiling(name: "threshold_1", bytes: [0xFF, 0xFF, 0xFF, 0xFF], mention: "threshold_1"),
    ])
  func numbers(spoiling: Spoiling) throws {
    try CompactFolder.with(Self.set()) { path, _ in
      let file = URL(filePath: path + "/compact_0.safetensors")
      var data = try Data(contentsOf: file)
      let start = try #require(Self.start(of: spoiling.name, in: data))
      data.replaceSubrange(start..<start + spoiling.bytes.count, with: spoiling.bytes)
      try data.write(to: file)
      refuse(path, spoiling.mention)
    }
  }

  @Test("The last index beyond the features")
  func lastIndex() throws {
    try CompactFolder.with(Self.set()) { path, _ in
      let file = URL(filePath: path + "/compact_0.safetensors")
      var data = try Data(contentsOf: file)
      let start = try #require(Self.start(of: "W_dec_0_1_rows", in: data))
      data[start + 4 * 17] = 20
      try data.write(to: file)
      refuse(path, "features of 0 to 19")
    }
  }

  @Test(
    "Tensors of other shapes, types or names",
    arguments: [
      ("\"W_enc_0\":{\"dtype\":\"U8\",\"shape\":[20,68]", "\"W_enc_0\":{\"dtype\":\"U8\",\"shape\":[68,20]"),
      ("\"W_enc_0\":{\"dtype\":\"U8\",\"shape\":[20,68]", "\"W_enc_0\":{\"dtype\":\"U8\",\"shape\":[40,34]"),
      ("\"W_enc_0\":{\"dtype\":\"U8\",\"shape\":[20,68]", "\"W_enc_0\":{\"dtype\":\"U8\",\"shape\":[1360]"),
      ("\"W_enc_0\":{\"dtype\":\"U8\"", "\"W_enc_0\":{\"dtype\":\"I8\""),
      (
        "\"W_dec_0_1\":{\"dtype\":\"U8\",\"shape\":[18,68]",
        "\"W_dec_0_1\":{\"dtype\":\"U8\",\"shape\":[36,34]"
      ),
      ("\"W_dec_1_0\"", "\"W_dec_1_7\""), ("\"W_enc_0\"", "\"W_enc_9\""), ("\"b_enc_1\"", "\"b_enc_7\""),
      ("\"W_dec_0_1_rows\"", "\"W_dec_0_1_r0ws\""), ("\"threshold_1\"", "\"threshold_7\""),
      ("\"W_dec_0_0\"", "\"W_dec_0_9\""),
    ])
  func shapes(old: String, new: String) throws {
    try CompactFolder.with(Self.set()) { path, _ in
      let file = URL(filePath: path + "/compact_0.safetensors")
      let data = try Data(contentsOf: file)
      let place = try #require(data.range(of: Data(old.utf8)))
      let header = 8 + Int(data[0]) + Int(data[1]) << 8
      // What the new text is shorter comes back as spaces at the header's end, so that the data stays in place.
      let text = data[8..<place.lowerBound] + Data(new.utf8) + data[place.upperBound..<header]
      let padding = Data(repeating: 0x20, count: header - 8 - text.count)
      try (data[..<8] + text + padding + data[header...]).write(to: file)
      refuse(path, "")
    }
  }

  @Test("Every truncation is refused")
  func truncations() throws {
    try CompactFolder.with(Self.set()) { path, _ in
      let file = URL(filePath: path + "/compact_0.safetensors")
      let data = try Data(contentsOf: file)
      for end in stride(from: 0, to: data.count, by: 97) {
        try data.prefix(end).write(to: file)
        refuse(path, "compact_0")
      }
    }
  }

  @Test("Damage by chance is refused or read")
  func fuzz() async throws {
    let set = Self.set()
    let place = FileManager.default.temporaryDirectory.appending(path: "compact-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: place) }
    try set.writeCompact(to: place.path)
    let file = place.appending(path: "compact_0.safetensors")
    let words = ["W_enc_0", "W_dec_0_1", "W_dec_0_1_rows", "U8", "I32", "F32"]
    let result = try await Fuzz([Array(try Data(contentsOf: file))], words: words).run { bytes in
      try Data(bytes).write(to: file)
      do {
        let read = try TranscoderSet(path: place.path)
        let inputs = (0..<read.layerCount).map { _ in
          Matrix(rows: 2, columns: read.transcoders[0].encoder.width)
        }
        _ = read.activations(inputs: inputs, Workers(count: 1))
        for transcoder in read.transcoders { for decoder in transcoder.decoders { _ = decoder.widened() } }
      } catch {
        #expect(error is TranscoderError || error is ModelFileError, "\(error)")
      }
    }
    #expect(result.count > 0 && result.slowest < 20)
  }

  /// The place of a tensor's first byte.
  private static func start(of name: String, in data: Data) -> Int? {
    let header = 8 + Int(data[0]) + Int(data[1]) << 8
    let object = try? JSONSerialization.jsonObject(with: data[8..<header]) as? [String: [String: Any]]
    return (object?[name]?["data_offsets"] as? [Int])?.first.map { header + $0 }
  }
}
