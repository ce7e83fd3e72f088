import Foundation

/// The page's own files, read once and kept by the path at which they are served.
struct WebAssets: Sendable {
  /// One file of the page.
  struct Asset: Sendable {
    var data: Data
    var type: String
    var tag: String
  }

  private let table: [String: Asset]

  /// Reads the page from the module's resource bundle: `index.html` is served at `/`, other pages of the folder at their
  /// names, and all other files, those in subfolders too, below `/assets/`.
  init() throws(ViewerError) {
    let folder = Bundle.module.bundleURL.appendingPathComponent("Web", isDirectory: true)
    let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    var table: [String: Asset] = [:]
    for name in names {
      let file = folder.appendingPathComponent(name)
      guard let type = Self.types[file.pathExtension], let data = try? Data(contentsOf: file) else {
        continue
      }
      let asset = Asset(data: data, type: type, tag: data.contentTag)
      if name == "index.html" {
        table["/"] = asset
      } else if file.pathExtension == "html", !name.contains("/") {
        table["/" + file.deletingPathExtension().lastPathComponent] = asset
      } else {
        table["/assets/\(name)"] = asset
      }
    }
    guard table["/"] != nil else { throw .pageMissing(path: folder.path) }
    self.table = table
  }

  /// The file served at a path, or nil.
  func asset(at path: String) -> Asset? { table[path] }

  private static let types = [
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "woff2": "font/woff2",
  ]
}

extension Data {
  /// An entity tag made from the bytes (FNV-1a, 64 bits); weak, because compressed and plain answers share it.
  var contentTag: String { "W/\"\(contentHash)\"" }

  /// The bytes' FNV-1a hash, 64 bits, in hexadecimal digits.
  var contentHash: String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in self { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return String(hash, radix: 16)
  }
}
