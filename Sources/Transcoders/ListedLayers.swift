import Foundation
import ModelFiles

/// Sets whose `config.yaml` lists the file of each layer, on the hub or on this machine.
extension TranscoderSet {
  /// The file that says where the files from the hub were put: a JSON object from reference to path in the folder.
  static let referenceFile = "references.json"

  /// Opens a per-layer set; each file may be in the format of circuit-tracer, Gemma Scope or Gemma Scope 2.
  static func listed(_ files: [String], _ folder: String) throws -> [Transcoder] {
    try paths(of: files, folder).map { path in
      guard !path.hasSuffix(".npz") else { return try Transcoder(gemmaScope: NumpyArchive(path: path)) }
      let file = try SafetensorsFile(path: path)
      return try file.contains("w_enc") ? Transcoder(gemmaScope2: file) : Transcoder(circuitTracer: file)
    }
  }

  /// Opens a cross-layer set, whose files are in Gemma Scope 2's format.
  ///
  /// Some published lists name the last file twice, which an older reader needed; it counts once.
  static func listed(crossLayer files: [String], _ folder: String) throws -> [Transcoder] {
    let isTwice = files.count > 1 && files[files.count - 1] == files[files.count - 2]
    let paths = try paths(of: isTwice ? files.dropLast() : files, folder)
    return try gemmaScope2(crossLayerFiles: paths, path: folder)
  }

  /// Returns where the listed files are: those on the hub by the folder's table, the others from the folder on.
  private static func paths(of files: [String], _ folder: String) throws -> [String] {
    guard !files.isEmpty, files.count <= 10_000 else {
      throw TranscoderError.invalidConfiguration(
        path: folder + "/config.yaml", problem: "its list of transcoders has \(files.count) files")
    }
    let table = folder + "/" + referenceFile
    let known =
      FileManager.default.fileExists(atPath: table) ? try json([String: String].self, at: table) : [:]
    return try files.map { file in
      guard file.hasPrefix("hf://") else { return file.hasPrefix("/") ? file : folder + "/" + file }
      guard let place = known[file], !place.hasPrefix("/"), !place.split(separator: "/").contains("..") else {
        throw TranscoderError.notATranscoderSet(
          path: folder,
          problem:
            "its file \(quoted(file)) is not on this machine, so that it must be fetched with 'microscope pull'"
        )
      }
      return folder + "/" + place
    }
  }
}
