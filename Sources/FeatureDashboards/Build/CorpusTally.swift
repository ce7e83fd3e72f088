import Foundation
import LinearAlgebra
import ModelFiles
import Transformers

/// What is known after some of the passages, and its file.
struct CorpusTally {
  let layers: [LayerTally]
  /// Passages that are done.
  var passageCount = 0

  init(featureCounts: [Int], _ settings: DashboardSettings) {
    layers = featureCounts.enumerated().map { layer, count in
      LayerTally(layer: layer, featureCount: count, settings)
    }
  }

  /// Writes everything to a file, in the place of the one before once it is complete.
  ///
  /// - Parameter key: What the numbers depend on; only what has the same can be read back.
  func save(to file: URL, key: String) throws(ModelFileError) {
    let temporary = try TemporaryFile.create(beside: file.path)
    var writer = ByteWriter()
    writer.append(key)
    writer.append(passageCount)
    var offset = 0
    for layer in layers {
      layer.write(to: &writer)
      try temporary.write(writer.bytes, at: offset)
      offset += writer.bytes.count
      writer = ByteWriter()
    }
    try temporary.finish()
  }

  /// Reads back what ``save(to:key:)`` wrote; nil when there is none, or one of something else.
  static func saved(
    in file: URL, key: String, featureCounts: [Int], _ settings: DashboardSettings
  ) throws -> CorpusTally? {
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    let bytes = try Data(contentsOf: file, options: .alwaysMapped)
    var reader = ByteReader(bytes)
    var tally = CorpusTally(featureCounts: featureCounts, settings)
    do throws(ByteReader.Malformed) {
      guard try reader.text() == key else { return nil }
      tally.passageCount = try reader.int()
      for layer in tally.layers { try layer.read(from: &reader) }
    } catch {
      throw DashboardError.damaged(path: file.path, problem: "it is no checkpoint of a build")
    }
    return tally
  }
}
