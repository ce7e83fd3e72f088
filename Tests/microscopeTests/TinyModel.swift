import Foundation
import _TestSupport

/// The small Llama of the goldens, as a folder that may be damaged.
enum TinyModel {
  static func path() throws -> String { try Golden.path("tiny/llama/model") }

  static func transcoders(_ kind: String) throws -> String {
    try Golden.path("tiny/llama/\(kind)/transcoder")
  }

  /// The kinds of transcoders that there are for it.
  static let kinds = ["plt-relu", "plt-jumprelu", "plt-topk-skip", "clt-jumprelu"]

  /// Makes a folder like `original`, in which the files are links but the one named, which has other contents.
  static func folder(
    _ folder: String, like original: String, replacing name: String, with contents: Data?
  ) throws {
    let files = FileManager.default
    if files.fileExists(atPath: folder) { try files.removeItem(atPath: folder) }
    try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for file in try files.contentsOfDirectory(atPath: original) where file != name {
      try files.createSymbolicLink(atPath: folder + "/" + file, withDestinationPath: original + "/" + file)
    }
    try contents?.write(to: URL(filePath: folder + "/" + name))
  }
}
