import Foundation
import LinearAlgebra
import ModelFiles

// A compact set: `config.yaml` with circuit-tracer's keys and `compact_files: n`, and the tensors of all layers in
// `compact_0.safetensors` … `compact_{n-1}.safetensors`, in whichever of them. Of layer i there are
// - `W_enc_{i}` [features, dModel], `W_skip_{i}` [dModel, dModel] by (output, input), if any;
// - `b_enc_{i}`, `b_dec_{i}` and, for JumpReLU, `threshold_{i}`, in float32;
// - `W_dec_{i}_{j}`: what features write j layers on. Where `W_dec_{i}_{j}_rows` lists features, in rising order, only
//   their rows are stored and the others are zero.
// Matrices are Q8_0 as U8 (34 bytes for 32 numbers); where dModel is no multiple of 32, float32.

extension TranscoderFormat {
  /// Compact sets: 8 bits a number, few files, nothing stored of what features hardly write.
  static let compact = TranscoderFormat(
    name: "compact", recognises: { $0.holds("config.yaml") && $0.holds(CompactNames.file(0)) },
    read: { try TranscoderSet(compactFolder: $0.path) })
}

/// What the parts of a compact set are called.
enum CompactNames {
  static func file(_ index: Int) -> String { "compact_\(index).safetensors" }
  static func encoder(_ layer: Int) -> String { "W_enc_\(layer)" }
  static func encoderBias(_ layer: Int) -> String { "b_enc_\(layer)" }
  static func thresholds(_ layer: Int) -> String { "threshold_\(layer)" }
  static func decoderBias(_ layer: Int) -> String { "b_dec_\(layer)" }
  static func skip(_ layer: Int) -> String { "W_skip_\(layer)" }
  static func decoder(_ layer: Int, _ distance: Int) -> String { "W_dec_\(layer)_\(distance)" }
  static func rows(_ layer: Int, _ distance: Int) -> String { "W_dec_\(layer)_\(distance)_rows" }
}

extension TranscoderSet {
  /// Opens a compact set, whose matrices stay in the files, which are mapped.
  ///
  /// - Parameter path: A folder that `writeCompact(to:)` made.
  init(compactFolder path: String) throws {
    let configuration = try CircuitTracerConfiguration.read(path)
    let hooks = try FeatureHooks(
      input: configuration.input, output: configuration.output,
      keys: ("feature_input_hook", "feature_output_hook"), path: path + "/config.yaml")
    let archive = try CompactArchive(path, files: configuration.compactFiles ?? 0)
    var transcoders: [Transcoder] = []
    while archive.contains(CompactNames.encoder(transcoders.count)) {
      transcoders.append(try Transcoder(compact: archive, layer: transcoders.count))
    }
    guard let width = transcoders.first?.encoder.width, width > 0 else {
      throw TranscoderError.notATranscoderSet(path: path, problem: "it holds no \(CompactNames.encoder(0))")
    }
    self.init(
      name: configuration.scan ?? URL(filePath: path).standardizedFileURL.lastPathComponent,
      modelName: configuration.modelName, input: hooks.input, output: hooks.output,
      activation: try configuration.activationFunction(
        path, thresholds: transcoders.contains { !$0.thresholds.isEmpty }),
      transcoders: try TranscoderSet.checked(transcoders, path: path))
  }
}

/// The files of a compact set as one archive.
private struct CompactArchive: TensorArchive {
  /// The set's folder.
  let path: String
  private let files: [SafetensorsFile]
  private let fileOfName: [String: Int]

  /// No set that anyone ships needs more.
  private static let mostFiles = 10_000

  /// Opens the files of a folder, which its configuration counts.
  init(_ path: String, files count: Int) throws {
    guard (1...CompactArchive.mostFiles).contains(count) else {
      throw TranscoderError.invalidConfiguration(
        path: path + "/config.yaml", problem: "its 'compact_files' is not the number of the set's files")
    }
    self.path = path
    var files: [SafetensorsFile] = []
    var fileOfName: [String: Int] = [:]
    for index in 0..<count {
      let file = try SafetensorsFile(path: "\(path)/\(CompactNames.file(index))")
      for name in file.tensorNames where fileOfName.updateValue(index, forKey: name) != nil {
        throw TranscoderError.notATranscoderSet(path: path, problem: "it holds \(quoted(name)) twice")
      }
      files.append(file)
    }
    self.files = files
    self.fileOfName = fileOfName
  }

  var tensorNames: [String] { files.flatMap(\.tensorNames) }

  func contains(_ name: String) -> Bool { fileOfName[name] != nil }

  func tensor(_ name: String) throws(ModelFileError) -> StoredTensor {
    try files[fileOfName[name] ?? 0].tensor(name)
  }

  /// Returns a matrix: 8-bit blocks, or numbers as they lie.
  func matrix(_ name: String) throws -> StoredMatrix {
    let tensor = try tensor(name)
    guard case .integer = tensor.type else { return try tensor.matrix() }
    return try tensor.eightBitMatrix()
  }

  /// Returns a matrix, which must have this shape.
  func matrix(_ name: String, rows: Int, width: Int) throws -> StoredMatrix {
    let found = try matrix(name)
    guard found.rows == rows, found.columns == width else {
      throw TranscoderError.invalidConfiguration(
        path: path,
        problem: "\(name) is [\(found.rows), \(found.columns)] instead of [\(rows), \(width)]")
    }
    return found
  }
}

extension Transcoder {
  /// More pairs of a feature and a layer that it writes to than any set has, so that no file asks for memory at will.
  private static let mostRows = 1 << 22

  /// Takes a layer of a compact set.
  fileprivate init(compact archive: CompactArchive, layer: Int) throws {
    let encoder = FeatureEncoder(try archive.matrix(CompactNames.encoder(layer)))
    let (features, width) = (encoder.featureCount, encoder.width)
    var decoders: [StoredMatrix] = []
    repeat {
      guard (decoders.count + 1) * features <= Transcoder.mostRows else {
        throw TranscoderError.invalidConfiguration(
          path: archive.path, problem: "layer \(layer) has more than \(Transcoder.mostRows) decoder rows")
      }
      decoders.append(
        try Transcoder.decoder(archive, layer, decoders.count, features: features, width: width))
    } while archive.contains(CompactNames.decoder(layer, decoders.count))
    let skip = CompactNames.skip(layer)
    self.init(
      encoder: encoder,
      encoderBias: try archive.numbers(CompactNames.encoderBias(layer), count: features),
      thresholds: try archive.numbersIfPresent(CompactNames.thresholds(layer), count: features),
      decoders: decoders,
      decoderBias: try archive.numbers(CompactNames.decoderBias(layer), count: width),
      skip: archive.contains(skip) ? try archive.matrix(skip, rows: width, width: width) : nil)
  }

  /// Returns what features write `distance` layers on, with zeros for rows that are not stored.
  private static func decoder(
    _ archive: CompactArchive, _ layer: Int, _ distance: Int, features: Int, width: Int
  ) throws -> StoredMatrix {
    let (name, list) = (CompactNames.decoder(layer, distance), CompactNames.rows(layer, distance))
    guard archive.contains(list) else { return try archive.matrix(name, rows: features, width: width) }
    let present = try archive.tensor(list).integers()
    guard zip(present, present.dropFirst()).allSatisfy({ $0 < $1 }), present.first ?? 0 >= 0,
      present.last ?? -1 < features
    else {
      throw TranscoderError.invalidConfiguration(
        path: archive.path, problem: "\(list) does not list features of 0 to \(features - 1) in rising order")
    }
    let stored = try archive.matrix(name, rows: present.count, width: width)
    return StoredMatrix(rows: features, stored: stored, present: present)
  }
}
