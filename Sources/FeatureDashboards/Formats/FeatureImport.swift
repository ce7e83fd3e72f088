import Foundation
import ModelFiles

/// Reads dashboards that other programs wrote.
public struct FeatureImport {
  private let folder: String
  /// The most bytes of a file, unpacked or not.
  private static let mostBytes = 1 << 30

  /// Names a folder in one of the forms of ``FeatureFileForm``, or one file of it.
  public init(_ folder: String) { self.folder = folder }

  /// The form of what is there.
  public func form() throws(FeatureFileError) -> FeatureFileForm {
    let names = files.map { URL(filePath: $0).lastPathComponent }
    if names.contains("index.json.gz") { return .circuitTracerArchive }
    if names.contains(where: { $0.hasSuffix(".jsonl") || $0.hasSuffix(".jsonl.gz") }) { return .neuronpedia }
    if names.contains(where: { number($0) != nil }) { return .circuitTracer }
    throw FeatureFileError(
      path: folder,
      problem: "there is no index.json.gz, no .jsonl file and no .json file named by a number in it")
  }

  /// Calls `body` with each feature and its labels.
  ///
  /// - Parameter library: Takes the texts of examples and tokens.
  public func forEach(
    _ library: inout TextLibrary,
    _ body: (FeatureDashboard, [FeatureLabel], inout TextLibrary) throws -> Void
  ) throws {
    switch try form() {
    case .circuitTracer: try readFiles(&library, body)
    case .circuitTracerArchive: try readArchive(&library, body)
    case .neuronpedia: try readLines(&library, body)
    }
  }

  /// The files in the folder, in the order of their names.
  private var files: [String] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return [folder] }
    return names.sorted().map { folder + "/" + $0 }
  }

  /// The number before `.json`.
  private func number(_ path: String) -> Int? {
    let name = URL(filePath: path).lastPathComponent
    return name.hasSuffix(".json") ? Int(name.dropLast(5)) : nil
  }

  private func bytes(_ path: String) throws -> [UInt8] {
    try CompressedFile.contents(path, atMost: FeatureImport.mostBytes)
  }

  private func readFiles(
    _ library: inout TextLibrary,
    _ body: (FeatureDashboard, [FeatureLabel], inout TextLibrary) throws -> Void
  ) throws {
    for path in files {
      guard let number = number(path) else { continue }
      guard let name = CantorPairing.unpair(number) else {
        throw FeatureFileError(path: path, problem: "its name is no pairing of layer and index")
      }
      let feature = try FeatureJSON.value(CircuitTracerFeature.self, bytes(path), path: path)
      try body(feature.dashboard(layer: name.layer, index: name.index, &library), [], &library)
    }
  }

  private func readLines(
    _ library: inout TextLibrary,
    _ body: (FeatureDashboard, [FeatureLabel], inout TextLibrary) throws -> Void
  ) throws {
    for path in files where path.hasSuffix(".jsonl") || path.hasSuffix(".jsonl.gz") {
      for (number, line) in try bytes(path).split(separator: 0x0A).enumerated() {
        let place = "\(path), line \(number + 1)"
        let feature = try FeatureJSON.value(NeuronpediaFeature.self, line, path: place)
        guard let dashboard = feature.dashboard(&library) else {
          throw FeatureFileError(path: place, problem: "its layer or index is no number")
        }
        try body(dashboard, feature.labels, &library)
      }
    }
  }

  private struct ArchivedLayer: Decodable {
    var filename: String
    var offsets: [Int]
  }

  private func readArchive(
    _ library: inout TextLibrary,
    _ body: (FeatureDashboard, [FeatureLabel], inout TextLibrary) throws -> Void
  ) throws {
    let path = folder + "/index.json.gz"
    let index = try FeatureJSON.value([String: ArchivedLayer].self, bytes(path), path: path)
    for (layer, archived) in index.compactMap({ key, value in Int(key).map { ($0, value) } }).sorted(by: {
      $0.0 < $1.0
    }) {
      guard layer >= 0, !archived.filename.contains("/") else {
        throw FeatureFileError(path: path, problem: "it names no file of this folder for layer \(layer)")
      }
      let file = folder + "/" + archived.filename
      let bytes = try bytes(file)
      for (feature, range) in zip(archived.offsets, archived.offsets.dropFirst()).enumerated() {
        guard range.0 >= 0, range.0 <= range.1, range.1 <= bytes.count else {
          throw FeatureFileError(path: file, problem: "the index places feature \(feature) outside of it")
        }
        guard range.0 < range.1 else { continue }
        let json = try FeatureImport.record(bytes[range.0..<range.1], path: file, feature)
        let decoded = try FeatureJSON.value(CircuitTracerFeature.self, json, path: file)
        try body(decoded.dashboard(layer: layer, index: feature, &library), [], &library)
      }
    }
  }

  /// Unpacks a record: its length in four bytes, and as many compressed ones.
  private static func record(
    _ bytes: ArraySlice<UInt8>, path: String, _ feature: Int
  ) throws(FeatureFileError) -> [UInt8] {
    let length = bytes.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    guard bytes.count >= 4 + length,
      let json = CompressedBytes.unpack(bytes.dropFirst(4).prefix(length), atMost: 1 << 28)
    else { throw FeatureFileError(path: path, problem: "the record of feature \(feature) is damaged") }
    return json
  }
}

extension DashboardStore {
  /// Takes in dashboards and labels that another program wrote, all or none, and gives how many; a person's label that is
  /// there already stays.
  public func importFeatures(
    _ source: FeatureImport, progress: (_ features: Int) -> Void = { _ in }
  ) throws -> Int {
    var library = TextLibrary(texts: texts.all, firstPassage: try nextPassage())
    var count = 0
    try transaction { db in
      try source.forEach(&library) { dashboard, labels, library in
        guard info.has(dashboard.name) else {
          throw DashboardError.noSuchFeature(dashboard.name, featureCounts: info.featureCounts)
        }
        try insert(library.takePassages(), in: db)
        try insert(dashboard, TokenTexts(library.texts), in: db)
        try addLabels(labels, of: dashboard.name, in: db)
        count += 1
        if count % 256 == 0 { progress(count) }
      }
      try DashboardSchema.describe(info, library.texts, in: db)
    }
    texts = TokenTexts(library.texts)
    return count
  }
}
