import Foundation
import LinearAlgebra
import ModelFiles

/// What a layer of a set lost when it was written compactly.
public struct CompactLayer: Sendable, Equatable {
  /// Decoder rows of the layer's features, over all layers that they write to.
  public var decoderRows: Int
  /// How many of them are not stored.
  public var droppedRows = 0
  /// The largest ‖rounded − row‖ / ‖row‖ of the rows that are stored.
  public var largestError: Float = 0
}

extension TranscoderSet {
  /// Bytes of tensors in one file, so that it stays below 45 MB.
  public static let compactFileBytes = 44_000_000

  /// Writes the set as a compact one (`CompactFormat.swift` describes the files); the folder appears when it is complete.
  ///
  /// 1. A decoder row is dropped when its length is at most `share` of that of the feature's rows together; rows of zeros
  ///    always are.
  /// 2. Tensors are laid into files in the order of their layers, a new one begun where the last would grow too large.
  /// 3. Rows are rounded to 8-bit blocks (`Matrix.eightBitBlocks`), a few at a time; biases and thresholds stay as they are.
  ///
  /// - Parameters:
  ///   - folder: The folder to make; it must not exist.
  ///   - share: From 0 on, below 1.
  ///   - documents: Files to copy into the folder.
  ///   - fileBytes: The most bytes of tensors in one file that holds several.
  ///   - progress: Called with the number of files done and of all.
  /// - Returns: What each layer lost.
  /// - Throws: `TranscoderError.unfit` for a set whose weights are not finite or whose activation function
  ///   circuit-tracer's configuration does not express, `ModelFileError.unwritable`.
  @discardableResult
  public func writeCompact(
    to folder: String, dropping share: Float = 0, documents: [String] = [],
    fileBytes: Int = TranscoderSet.compactFileBytes, progress: (Int, Int) -> Void = { _, _ in }
  ) throws -> [CompactLayer] {
    precondition((0..<1).contains(share), "dropping \(share)")
    let configuration = try circuitTracerConfiguration()
    var losses = transcoders.map { CompactLayer(decoderRows: $0.span * $0.featureCount) }
    var tensors: [CompactTensor] = []
    for (layer, transcoder) in transcoders.enumerated() {
      let added = transcoder.compactTensors(layer: layer, dropping: share)
      losses[layer].droppedRows = losses[layer].decoderRows - added.storedRows
      tensors += added.tensors
    }
    let files = CompactTensor.files(tensors, bytes: fileBytes)
    try NewFolder.make(folder) { partial in
      for (index, file) in files.enumerated() {
        progress(index, files.count)
        try write(file, to: "\(partial)/\(CompactNames.file(index))", &losses)
      }
      progress(files.count, files.count)
      let text = configuration + "compact_files: \(files.count)\n"
      try Data(text.utf8).write(to: URL(filePath: partial + "/config.yaml"))
      for document in documents {
        let name = URL(filePath: document).lastPathComponent
        try FileManager.default.copyItem(atPath: document, toPath: "\(partial)/\(name)")
      }
    }
    return losses
  }

  /// Writes one file, and the errors of its rows into their layers'.
  private func write(_ tensors: [CompactTensor], to path: String, _ losses: inout [CompactLayer]) throws {
    var writer = try SafetensorsWriter(path: path, declaring: tensors.map(\.declaration))
    for tensor in tensors {
      let name = tensor.declaration.name
      switch tensor.contents {
      case .numbers(let values): try writer.append(floats: values, to: name)
      case .indices(let values): try writer.append(integers: values, to: name)
      case .matrix(let count, let rows):
        for range in Transcoder.pieces(count) {
          let piece = rows(range)
          guard tensor.isRounded else {
            try writer.append(floats: piece.storage, to: name)
            continue
          }
          guard let blocks = piece.eightBitBlocks() else {
            throw TranscoderError.unfit(
              name: self.name, problem: "its \(name) holds what is no number or too large for 8 bits")
          }
          try writer.append(integers: blocks.map { Int($0) }, to: name)
          losses[tensor.layer].largestError = max(losses[tensor.layer].largestError, piece.error(of: blocks))
        }
      }
    }
    try writer.finish()
  }
}

/// A tensor of a compact set, before it is written.
private struct CompactTensor {
  enum Contents {
    case numbers([Float])
    case indices([Int])
    /// So many rows, of which a range is made when it is its turn.
    case matrix(count: Int, rows: (Range<Int>) -> Matrix)
  }

  let layer: Int
  let declaration: SafetensorsWriter.Declaration
  let contents: Contents

  init(_ layer: Int, _ name: String, numbers: [Float]) {
    self.layer = layer
    declaration = .init(name, .float(.f32), [numbers.count])
    contents = .numbers(numbers)
  }

  init(_ layer: Int, _ name: String, indices: [Int]) {
    self.layer = layer
    declaration = .init(name, .integer(.i32), [indices.count])
    contents = .indices(indices)
  }

  init(_ layer: Int, _ name: String, count: Int, width: Int, _ rows: @escaping (Range<Int>) -> Matrix) {
    self.layer = layer
    let blocks = ElementFormat.q8_0.byteCount(elements: width)
    declaration =
      blocks.map { .init(name, .integer(.u8), [count, $0]) } ?? .init(name, .float(.f32), [count, width])
    contents = .matrix(count: count, rows: rows)
  }

  /// Whether a matrix becomes 8-bit blocks.
  var isRounded: Bool { declaration.type == .integer(.u8) }

  private var bytes: Int {
    declaration.shape.reduce(isRounded ? 1 : 4, *)
  }

  /// Shares tensors out to files, in order.
  static func files(_ tensors: [CompactTensor], bytes limit: Int) -> [[CompactTensor]] {
    var files: [[CompactTensor]] = []
    var room = 0
    for tensor in tensors {
      if files.isEmpty || tensor.bytes > room {
        files.append([])
        room = limit
      }
      files[files.count - 1].append(tensor)
      room -= tensor.bytes
    }
    return files
  }
}

extension Transcoder {
  /// The layer's tensors, and how many decoder rows they hold.
  fileprivate func compactTensors(
    layer: Int, dropping share: Float
  ) -> (tensors: [CompactTensor], storedRows: Int) {
    let (width, encoder) = (encoder.width, encoder)
    var tensors = [
      CompactTensor(layer, CompactNames.encoder(layer), count: featureCount, width: width) {
        encoder.readVectors(Array($0))
      },
      CompactTensor(layer, CompactNames.encoderBias(layer), numbers: encoderBias),
      CompactTensor(layer, CompactNames.decoderBias(layer), numbers: decoderBias),
    ]
    if !thresholds.isEmpty {
      tensors.append(CompactTensor(layer, CompactNames.thresholds(layer), numbers: thresholds))
    }
    if let skip {
      tensors.append(
        CompactTensor(layer, CompactNames.skip(layer), count: width, width: width) {
          skip[rows: $0].widened()
        })
    }
    let kept = keptRows(dropping: share)
    for (distance, (decoder, rows)) in zip(decoders, kept).enumerated() {
      tensors.append(
        CompactTensor(layer, CompactNames.decoder(layer, distance), count: rows.count, width: width) {
          decoder.gathered(rows[$0])
        })
      if rows.count < featureCount {
        tensors.append(CompactTensor(layer, CompactNames.rows(layer, distance), indices: rows))
      }
    }
    return (tensors, kept.reduce(0) { $0 + $1.count })
  }

  /// Returns for each decoder the rows that are longer than `share` of all of the feature's rows together; what is not a
  /// number is kept.
  private func keptRows(dropping share: Float) -> [[Int]] {
    let squares = decoders.map { decoder in
      Transcoder.pieces(featureCount).flatMap { decoder[rows: $0].widened().squaredLengths }
    }
    let bounds = (0..<featureCount).map { feature in
      Double(share * share) * squares.reduce(0) { $0 + $1[feature] }
    }
    return squares.map { lengths in (0..<featureCount).filter { !(lengths[$0] <= bounds[$0]) } }
  }
}

extension Matrix {
  /// The sum of the squares of each row.
  fileprivate var squaredLengths: [Double] {
    (0..<rows).map { self[row: $0].reduce(0) { $0 + Double($1) * Double($1) } }
  }

  /// Returns the largest relative error of a row in 8-bit blocks.
  fileprivate func error(of blocks: [UInt8]) -> Float {
    let rounded = StoredMatrix(
      rows: rows, columns: columns, format: .q8_0, bytes: StoredBytes(copying: blocks))
    var difference = rounded.widened()
    difference.scale(by: -1)
    difference += self
    return zip(difference.squaredLengths, squaredLengths).reduce(0) { largest, lengths in
      lengths.1 == 0 ? largest : max(largest, Float((lengths.0 / lengths.1).squareRoot()))
    }
  }
}
