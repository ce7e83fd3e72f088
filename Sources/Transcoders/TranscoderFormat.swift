import Foundation
import ModelFiles

/// A form in which transcoder sets are stored.
public struct TranscoderFormat: Sendable {
  /// What people call it.
  public let name: String
  /// Whether a place looks like it; what looks like it and is damaged is this format's to refuse.
  let recognises: @Sendable (TranscoderPlace) -> Bool
  /// Opens the set at a place.
  let read: @Sendable (TranscoderPlace) throws -> TranscoderSet

  /// All formats; the first that recognises a place reads it.
  public static let all: [TranscoderFormat] = [
    .compact, .circuitTracer, .saeLens, .sparsify, .gemmaScope2, .gemmaScope,
  ]

  /// Returns the format of the folder at `path`, or nil when it is none of them.
  public static func of(_ path: String) -> TranscoderFormat? {
    let place = TranscoderPlace(path)
    return all.first { $0.recognises(place) }
  }
}

extension TranscoderSet {
  /// Opens a folder in any of the known formats; weights stay in the files, which are mapped.
  public init(path: String) throws {
    let place = TranscoderPlace(path)
    guard let format = TranscoderFormat.all.first(where: { $0.recognises(place) }) else {
      throw TranscoderError.notATranscoderSet(path: path, problem: place.problem)
    }
    self = try format.read(place)
  }
}

/// A folder that may hold a transcoder set, and what lies in it.
struct TranscoderPlace {
  /// The folder.
  let path: String
  /// The files below it, as paths from there, in order.
  let files: [String]
  /// Whether the folder holds more than is looked at.
  private let isCutShort: Bool

  /// No set has more files, and none lies deeper.
  private static let mostFiles = 20_000
  private static let mostSteps = 5

  /// Lists the folder at `path`, which may be a link.
  init(_ path: String) {
    self.path = path
    var found: [String] = []
    let all = FileManager.default.enumerator(atPath: URL(filePath: path).resolvingSymlinksInPath().path)
    var isCutShort = false
    while let name = all?.nextObject() as? String {
      guard found.count < TranscoderPlace.mostFiles else {
        isCutShort = true
        break
      }
      if all?.level ?? 0 >= TranscoderPlace.mostSteps { all?.skipDescendants() }
      found.append(name)
    }
    files = found.sorted()
    self.isCutShort = isCutShort
  }

  /// The folder's own name.
  var name: String { URL(filePath: path).standardizedFileURL.lastPathComponent }

  /// Whether there is a file of this name at the top.
  func holds(_ name: String) -> Bool { files.contains(name) }

  /// The files whose last component is one of `names`.
  func files(named names: String...) -> [String] {
    files.filter { names.contains(String($0.split(separator: "/").last ?? "")) }
  }

  /// The whole path of a file.
  func path(of file: String) -> String { path + "/" + file }

  /// Why no format recognises it.
  var problem: String {
    let place = URL(filePath: path).resolvingSymlinksInPath()
    let kind = (try? place.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory
    guard let isFolder = kind else { return "there is no such folder" }
    guard isFolder else { return "it is a file and not the folder of all layers" }
    return isCutShort
      ? "it holds more than 20,000 files" : "it holds no config.yaml, nor another format's files"
  }

  /// Puts files in the order of their layers, which must be all from 0 on, each once.
  ///
  /// - Parameter layer: The number of a file's layer, or nil for a file that is none.
  func inOrder(
    _ files: [String], layer: (String) throws -> Int?
  ) throws -> [String] {
    var found: [Int: String] = [:]
    for file in files {
      guard let number = try layer(file) else { continue }
      if let other = found.updateValue(file, forKey: number) {
        throw TranscoderError.notATranscoderSet(
          path: path,
          problem:
            "it holds layer \(number) twice, \(quoted(other)) and \(quoted(file)), so that a set of one width must "
            + "be put into a folder of its own or listed in config.yaml")
      }
    }
    guard let last = found.keys.max() else {
      throw TranscoderError.notATranscoderSet(path: path, problem: "none of its files names its layer")
    }
    // A gap is found at the first number that is missing, so that an absurd last one costs nothing.
    var ordered: [String] = []
    while let file = found[ordered.count] { ordered.append(file) }
    guard ordered.count == found.count else {
      throw TranscoderError.notATranscoderSet(
        path: path,
        problem:
          "it lacks layer \(ordered.count) of 0 to \(last), and sets that leave layers out are not supported")
    }
    return ordered
  }

  /// The number behind the last `prefix` in a text, such as 3 for `layer_` in `layer_3/width_16k`.
  static func number(behind prefix: String, in text: String) -> Int? {
    guard let start = text.range(of: prefix, options: .backwards) else { return nil }
    let digits = text[start.upperBound...].prefix { $0.isASCII && $0.isNumber }
    return digits.count < 10 ? Int(digits) : nil
  }
}
