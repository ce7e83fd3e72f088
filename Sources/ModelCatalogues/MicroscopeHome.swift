public import Foundation

/// The folder in which everything that is kept lives: models, transcoders, graphs and dashboards.
public struct MicroscopeHome: Sendable, Hashable {
  /// A subfolder that holds things which can be pulled.
  public enum Shelf: String, Sendable, CaseIterable {
    /// Language models: a GGUF file or a Hugging Face folder each.
    case models
    /// Transcoder sets: a folder each.
    case transcoders
  }

  /// The folder itself; it need not exist yet.
  public let root: URL

  /// The home at a given folder.
  public init(root: URL) {
    self.root = root
  }

  /// The home that the environment asks for.
  ///
  /// 1. `MICROSCOPE_HOME`, when set.
  /// 2. On macOS, `~/Library/Application Support/Microscope`.
  /// 3. Elsewhere, `$XDG_DATA_HOME/microscope` when that is an absolute path (the XDG base directory
  ///    specification ignores relative ones), else `~/.local/share/microscope`.
  ///
  /// - Parameter environment: The variables to read; a missing `HOME` falls back to the account's home folder.
  public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    root = Self.root(environment: environment)
  }

  /// Models, one subfolder each.
  public var models: URL { folder(of: .models) }

  /// Transcoder sets, one subfolder each.
  public var transcoders: URL { folder(of: .transcoders) }

  /// Attribution graphs.
  public var graphs: URL { root.appendingPathComponent("graphs", isDirectory: true) }

  /// What studies have computed, a folder for each run.
  public var studies: URL { root.appendingPathComponent("studies", isDirectory: true) }

  /// Stores of feature dashboards, one file for each transcoder set.
  public var dashboards: URL { root.appendingPathComponent("dashboards", isDirectory: true) }

  /// The subfolder of one shelf.
  public func folder(of shelf: Shelf) -> URL {
    root.appendingPathComponent(shelf.rawValue, isDirectory: true)
  }

  /// The folder of a model by its name, `owner/name`; `specimen/name` for those that are made on this machine.
  public func folder(ofModel name: String) -> URL {
    models.appendingPathComponent(name.replacing("/", with: "--"), isDirectory: true)
  }

  private static func root(environment: [String: String]) -> URL {
    if let asked = environment["MICROSCOPE_HOME"], !asked.isEmpty {
      return URL(fileURLWithPath: asked, isDirectory: true)
    }
    let user = userFolder(environment: environment)
    #if os(macOS)
      return user.appendingPathComponent("Library/Application Support/Microscope", isDirectory: true)
    #else
      if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") {
        return URL(fileURLWithPath: data, isDirectory: true)
          .appendingPathComponent("microscope", isDirectory: true)
      }
      return user.appendingPathComponent(".local/share/microscope", isDirectory: true)
    #endif
  }

  /// The user's own folder: `HOME`, else what the account says.
  static func userFolder(environment: [String: String]) -> URL {
    if let home = environment["HOME"], home.hasPrefix("/") {
      return URL(fileURLWithPath: home, isDirectory: true)
    }
    return FileManager.default.homeDirectoryForCurrentUser
  }
}
