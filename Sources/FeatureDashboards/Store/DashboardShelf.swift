public import Foundation

/// Where the stores of all feature sets lie, and what ships.
public struct DashboardShelf: Sendable {
  /// The folder of the stores.
  public let stores: URL
  /// The folder of the packed files that ship for a model, nil for none.
  public let shipped: URL?

  /// Names the places.
  public init(stores: URL, shipped: URL?) {
    self.stores = stores
    self.shipped = shipped
  }

  /// Where the store of some features lies.
  ///
  /// - Parameters:
  ///   - basis: What they are called.
  ///   - identity: Their ``BasisIdentity``.
  public func place(basis: String, identity: String) -> URL {
    let name = basis.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "-" }
    return stores.appending(component: "\(String(name).prefix(80))-\(identity.prefix(12)).sqlite")
  }

  /// Opens the store of some features; what ships for them is unpacked on first use.
  ///
  /// Nil when there is none.
  ///
  /// - Parameters:
  ///   - texts: The text of each token id, for unpacking.
  ///   - finish: Adds to a store that was unpacked, such as labels.
  ///   - report: Called with a line to show while it takes time.
  public func open(
    basis: String, identity: String, texts: () -> [String],
    finish: (DashboardStore) throws -> Void = { _ in }, report: (String) -> Void = { _ in }
  ) throws -> DashboardStore? {
    let place = place(basis: basis, identity: identity)
    if FileManager.default.fileExists(atPath: place.path) {
      return try DashboardStore(place, identity: identity)
    }
    guard let pack = shippedPack(identity) else { return nil }
    report("unpacking the dashboards of \(basis)")
    defer { report("") }
    do {
      try pack.unpack(to: place, texts: texts(), finish: finish)
    } catch DashboardError.exists {
      // Another process was faster.
    }
    return try DashboardStore(place, identity: identity)
  }

  /// The packed file of these features.
  private func shippedPack(_ identity: String) -> PackedDashboards? {
    guard let shipped,
      let files = try? FileManager.default.contentsOfDirectory(
        at: shipped.resolvingSymlinksInPath(), includingPropertiesForKeys: nil)
    else { return nil }
    let packs = files.filter { $0.pathExtension == "dashboards" }.sorted { $0.path < $1.path }
    return packs.lazy.compactMap { try? PackedDashboards($0) }.first { $0.info.identity == identity }
  }
}
