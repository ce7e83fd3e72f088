public import Foundation
import ModelFiles

#if canImport(CryptoKit)
  import CryptoKit
#else
  import Crypto
#endif

/// A store in a small file, to be shipped: dashboards cut to some limits, their numbers rounded, the text they show once.
///
/// The file is a line of JSON, and the parts that it lists, each compressed by zlib.
///
/// - Activations, and means of firing tokens, are kept in 255ths of the feature's greatest activation.
/// - Effects on tokens are kept in 127ths of the greatest of their list, overlaps in 255ths.
/// - Greatest, least and mean activations and decoder norms are off by at most 1/128, counts of histograms and firing tokens
///   by at most a tenth, or 1.
/// - Densities, examples' places and texts, tokens and labels are kept as they are. Heuristic labels are left out, as they
///   are made anew; so are the effects without the final norm.
public struct PackedDashboards: Sendable {
  /// What stands in the first line.
  struct Header: Codable, Equatable {
    struct Part: Codable, Equatable {
      var packed: Int
      var bytes: Int
    }
    var format: String
    var info: DashboardInfo
    var limits: PackLimits
    var groupNames: [String]
    var passageCount: Int
    var featureCount: Int
    var parts: [Part]
    /// SHA-256 of everything behind the line.
    var digest: String
  }

  static let format = "microscope dashboards 1"
  let header: Header
  let body: [UInt8]

  /// What the dashboards were made from.
  public var info: DashboardInfo { header.info }

  /// Packs a store.
  public init(_ store: DashboardStore, _ limits: PackLimits = PackLimits()) throws {
    var packing = Packing(store.info, limits)
    try store.forEachDashboard { dashboard in
      packing.add(dashboard)
      for label in try store.labels(dashboard.name) where label.origin != .heuristic {
        packing.streams.append(label, of: dashboard.name)
      }
    }
    for passage in try store.passages(0..<Int.max) where packing.passages[passage.id] != nil {
      packing.found[passage.id] = passage
    }
    self = packing.packed()
  }

  /// Writes the file.
  public func write(to file: URL) throws(DashboardError) {
    do {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      try (encoder.encode(header) + Data([0x0A]) + Data(body)).write(to: file, options: .atomic)
    } catch {
      throw .inaccessible(path: file.path, reason: "it cannot be written; choose another place")
    }
  }

  /// Reads a file; only its first line is looked at.
  public init(_ file: URL) throws(DashboardError) {
    guard let data = try? Data(contentsOf: file) else {
      throw .inaccessible(path: file.path, reason: "it cannot be read; check the path")
    }
    guard let end = data.prefix(1 << 20).firstIndex(of: 0x0A),
      let header = try? JSONDecoder().decode(Header.self, from: data[..<end]),
      header.format == PackedDashboards.format,
      header.parts.count == PackStreams<ByteReader>.Kind.allCases.count,
      header.passageCount >= 0, header.featureCount >= 0, (0...4096).contains(header.limits.window)
    else { throw .damaged(path: file.path, problem: "it is no packed file of dashboards") }
    self.header = header
    body = Array(data[(end + 1)...])
  }

  static func digest(_ bytes: [UInt8]) -> String {
    SHA256.hash(data: Data(bytes)).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }
}

/// A pack in the making.
private struct Packing {
  let info: DashboardInfo
  let limits: PackLimits
  var streams = PackStreams { _ in ByteWriter() }
  /// The packed number of each passage that is shown, in the order in which they are met.
  var passages: [Int: Int] = [:]
  var found: [Int: Passage] = [:]
  private var groupNames: [String] = []
  private var last: FeatureName?
  private var featureCount = 0

  init(_ info: DashboardInfo, _ limits: PackLimits) {
    self.info = info
    self.limits = limits
  }

  mutating func add(_ dashboard: FeatureDashboard) {
    var feature = PackedFeature(dashboard, limits, positions: info.positionCount)
    for group in feature.groups.indices {
      if !groupNames.contains(feature.groups[group].name) { groupNames.append(feature.groups[group].name) }
      for example in feature.groups[group].examples.indices {
        let passage = feature.groups[group].examples[example].passage
        let number = passages[passage] ?? passages.count
        passages[passage] = number
        feature.groups[group].examples[example].passage = number
      }
    }
    streams.append(feature, after: last, groupNames)
    last = feature.name
    featureCount += 1
  }

  func packed() -> PackedDashboards {
    var streams = streams
    for (id, _) in passages.sorted(by: { $0.value < $1.value }) {
      if let passage = found[id] { streams.append(passage) }
    }
    var info = info
    info.selection = limits.selection
    let kinds = PackStreams<ByteWriter>.Kind.allCases
    let packed = kinds.map { CompressedBytes.pack(streams[$0].bytes) }
    let body = packed.flatMap { $0 }
    return PackedDashboards(
      header: PackedDashboards.Header(
        format: PackedDashboards.format, info: info, limits: limits, groupNames: groupNames,
        passageCount: passages.count, featureCount: featureCount,
        parts: zip(kinds, packed).map { .init(packed: $1.count, bytes: streams[$0].bytes.count) },
        digest: PackedDashboards.digest(body)), body: body)
  }
}

extension PackedDashboards {
  fileprivate init(header: Header, body: [UInt8]) {
    self.header = header
    self.body = body
  }
}
