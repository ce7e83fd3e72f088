public import Foundation

/// The folder of what ships with the tool; nothing is written there.
public struct MicroscopeShare: Sendable, Hashable {
  /// The folder itself, nil when nobody named one.
  public let root: URL?

  /// The share at a given folder.
  public init(root: URL?) { self.root = root }

  /// The share that `MICROSCOPE_SHARE` names, as the launcher beside the sources does.
  public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    root = environment["MICROSCOPE_SHARE"].flatMap {
      $0.isEmpty ? nil : URL(fileURLWithPath: $0, isDirectory: true)
    }
  }

  /// Transcoder sets that ship, one subfolder for each model's id.
  public var transcoders: URL? { root?.appendingPathComponent("Transcoders", isDirectory: true) }

  /// Packed feature dashboards that ship, one subfolder for each model's id.
  public var dashboards: URL? { root?.appendingPathComponent("Dashboards", isDirectory: true) }
}

extension Catalogue {
  /// The folder of the transcoders that a model is seen through when none are named, or nil when there are none.
  ///
  /// 1. A specimen's are what ``transcoders(of:home:share:)`` has first. Any other model must be one of the catalogue's.
  /// 2. Its id's folder among the home's transcoders is taken, else the one among those that ship.
  ///
  /// - Parameter model: The model's id, its repository, or a specimen's name.
  public func defaultTranscoders(model: String, home: MicroscopeHome, share: MicroscopeShare) -> URL? {
    guard let id = entry(ofModel: model)?.id else {
      return SpecimenName(model).flatMap { transcoders(of: $0, home: home, share: share).first?.location }
    }
    return [home.transcoders, share.transcoders].compactMap { shelf in
      shelf?.appendingPathComponent(id, isDirectory: true)
    }.first { FileManager.default.fileExists(atPath: $0.appendingPathComponent("config.yaml").path) }
  }
}
