public import Foundation
import ModelFiles

extension PackedDashboards {
  /// Makes a store of the packed dashboards, which appears when it is complete.
  ///
  /// - Parameters:
  ///   - texts: The text of each token id.
  ///   - finish: Adds to the complete store before it appears, such as labels.
  public func unpack(
    to file: URL, texts: [String], finish: (DashboardStore) throws -> Void = { _ in }
  ) throws {
    let partial = file.deletingLastPathComponent()
      .appending(component: ".\(file.lastPathComponent).\(UInt64.random(in: 0...UInt64.max)).partial")
    defer { try? DashboardStore.remove(partial) }
    do {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    } catch {
      throw DashboardError.inaccessible(
        path: file.path, reason: "its folder cannot be made; choose another place")
    }
    do {
      var reading = try Unpacking(self)
      let store = try DashboardStore(creating: partial, info: info, texts: texts)
      try reading.fill(store)
      try finish(store)
      try store.close()
    } catch is ByteReader.Malformed {
      throw DashboardError.damaged(
        path: file.path, problem: "the packed file that it is made from is incomplete or changed")
    }
    try DashboardStore.move(partial, to: file)
  }
}

/// A pack that is being read.
private struct Unpacking {
  let pack: PackedDashboards
  var streams: PackStreams<ByteReader>

  /// Unpacks the parts; throws when the file is not as it was written.
  init(_ pack: PackedDashboards) throws {
    self.pack = pack
    guard PackedDashboards.digest(pack.body) == pack.header.digest else { throw ByteReader.Malformed() }
    var place = 0
    streams = try PackStreams { kind in
      let part = pack.header.parts[kind.rawValue]
      guard part.packed >= 0, part.packed <= pack.body.count - place, (0...1 << 30).contains(part.bytes),
        let bytes = CompressedBytes.unpack(pack.body[place..<place + part.packed], atMost: part.bytes),
        bytes.count == part.bytes
      else { throw ByteReader.Malformed() }
      place += part.packed
      return ByteReader(bytes)
    }
  }

  mutating func fill(_ store: DashboardStore) throws {
    var passages: [Passage] = []
    for id in 0..<pack.header.passageCount { passages.append(try streams.passage(id: id)) }
    let texts = store.texts
    try store.transaction { db in
      try store.insert(passages, in: db)
      var last: FeatureName?
      for _ in 0..<pack.header.featureCount {
        let feature = try streams.feature(after: last, pack.header.groupNames)
        guard pack.info.has(feature.name) else { throw ByteReader.Malformed() }
        last = feature.name
        let dashboard = feature.dashboard(positions: pack.info.positionCount, limits: pack.header.limits) {
          passages.indices.contains($0) ? passages[$0] : nil
        }
        try store.replace(dashboard, texts, in: db)
      }
      for (name, label) in try streams.labels() { try store.addLabels([label], of: name, in: db) }
    }
  }
}
