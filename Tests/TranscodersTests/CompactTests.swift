import Foundation
import LinearAlgebra
import ModelFiles
import Testing
import Transcoders
import _TestSupport

@Suite("Compact sets")
struct CompactTests {
  @Test("A number moves by at most half the scale of its block, whatever its size")
  func halfStep() throws {
    var random = SplitMix64(seed: 1)
    for deviation: Float in [1e-9, 1e-7, 1e-5, 1e-3, 1, 1e5] {
      let matrix = random.matrix(20, 96, deviation: deviation)
      let blocks = try #require(matrix.eightBitBlocks())
      let wide = stored(blocks, like: matrix).floats()
      for (index, (value, near)) in zip(matrix.storage, wide).enumerated() {
        let block = index / 32 * 34
        let scale = Float(Float16(bitPattern: UInt16(blocks[block]) | UInt16(blocks[block + 1]) << 8))
        #expect(abs(value - near) <= scale * 0.500001)
      }
    }
  }

  @Test("What is already rounded stays as it is, and zeros stay zero")
  func idempotent() throws {
    var random = SplitMix64(seed: 2)
    let first = try #require(random.matrix(4, 64, deviation: 1).eightBitBlocks())
    let wide = stored(first, like: Matrix(rows: 4, columns: 64)).widened()
    #expect(stored(try #require(wide.eightBitBlocks()), like: wide).widened() == wide)
    let zeros = Matrix(rows: 1, columns: 32)
    #expect(zeros.eightBitBlocks() == [UInt8](repeating: 0, count: 34))
  }

  @Test("What is no number, or too large for a scale, is refused")
  func refused() {
    for value in [Float.nan, .infinity, -.infinity, 8.4e6, -.greatestFiniteMagnitude] {
      var matrix = Matrix(rows: 1, columns: 32)
      matrix[0, 7] = value
      #expect(matrix.eightBitBlocks() == nil)
    }
    #expect(Matrix(rows: 1, columns: 32, repeating: 8.3e6).eightBitBlocks() != nil)
  }

  @Test("A set is the same set but for the rounding, in one file or many", arguments: TinyTranscoders.forms)
  func roundTrip(form: TinyTranscoders) throws {
    let set = form.set(layerCount: 3, dModel: 64)
    guard !(set.isCrossLayer && form.activation == .topK(4)) else { return }
    for fileBytes in [TranscoderSet.compactFileBytes, 3000, 1] {
      try CompactFolder.with(set, fileBytes: fileBytes) { path, losses in
        let read = try TranscoderSet(path: path)
        #expect(TranscoderFormat.of(path)?.name == "compact")
        #expect(read.name == set.name && read.modelName == set.modelName && read.activation == set.activation)
        #expect(read.input == set.input && read.output == set.output)
        for (layer, (new, old)) in zip(read.transcoders, set.transcoders).enumerated() {
          #expect(new.encoderBias == old.encoderBias && new.decoderBias == old.decoderBias)
          #expect(new.thresholds == old.thresholds && new.span == old.span)
          let pairs =
            [(new.encoder.weights, old.encoder.weights)] + zip(new.decoders, old.decoders)
            + (old.skip.map { [(new.skip ?? $0, $0)] } ?? [])
          for (stored, exact) in pairs {
            #expect(stored.format == .q8_0)
            #expect(stored.widened() == rounded(exact.widened()))
          }
          #expect(losses[layer].droppedRows == 0 && (0.001...0.02).contains(losses[layer].largestError))
        }
        // What is read is written and read again without a change.
        try CompactFolder.with(read) { again, _ in
          let second = try TranscoderSet(path: again)
          for (a, b) in zip(second.transcoders, read.transcoders) {
            #expect(a.encoder.weights.floats() == b.encoder.weights.floats())
            #expect(a.decoders.map { $0.floats() } == b.decoders.map { $0.floats() })
          }
        }
      }
    }
  }

  @Test("Short rows of cross-layer decoders are dropped and read as zeros, the others stay")
  func dropped() throws {
    var set = TinyTranscoders("CLT") { $0.isCrossLayer = true }.set(layerCount: 3, dModel: 64)
    var last = set.transcoders[0].decoders[2].widened()
    for feature in stride(from: 0, to: last.rows, by: 3) {
      last[row: feature] = last[row: feature].map { $0 * 0.001 }[...]
    }
    set.transcoders[0].decoders[2] = StoredMatrix(last)
    try CompactFolder.with(set, dropping: 0.01) { path, losses in
      #expect(losses.map(\.droppedRows) == [7, 0, 0] && losses.map(\.decoderRows) == [60, 40, 20])
      let read = try TranscoderSet(path: path)
      var expected = rounded(last)
      for feature in stride(from: 0, to: last.rows, by: 3) {
        expected[row: feature] = [Float](repeating: 0, count: 64)[...]
      }
      #expect(read.transcoders[0].decoders[2].widened() == expected)
      #expect(read.transcoders[0].decoders[1].widened() == rounded(set.transcoders[0].decoders[1].widened()))
    }
  }

  @Test(
    "Features and reconstructions stay close",
    arguments: TinyTranscoders.forms.filter { !$0.name.contains("TopK") })
  func close(form: TinyTranscoders) throws {
    let set = form.set(layerCount: 3, dModel: 64)
    var random = SplitMix64(seed: 3)
    let inputs = (0..<3).map { _ in random.matrix(40, 64, deviation: 1) }
    let workers = Workers(count: 2)
    let exact = set.reconstruction(of: set.activations(inputs: inputs, workers), inputs: inputs, workers)
    try CompactFolder.with(set) { path, _ in
      let read = try TranscoderSet(path: path)
      let near = read.reconstruction(of: read.activations(inputs: inputs, workers), inputs: inputs, workers)
      for (a, b) in zip(near, exact) {
        let (error, size) = zip(a.storage, b.storage).reduce((Float(0), Float(0))) {
          ($0.0 + ($1.0 - $1.1) * ($1.0 - $1.1), $0.1 + $1.1 * $1.1)
        }
        #expect(error < 0.02 * size)
      }
    }
  }

  @Test("Widths that do not fill blocks stay in float32")
  func oddWidth() throws {
    let set = TinyTranscoders().set(layerCount: 2, dModel: 20)
    try CompactFolder.with(set) { path, losses in
      let read = try TranscoderSet(path: path)
      #expect(read.transcoders[1].encoder.weights.floats() == set.transcoders[1].encoder.weights.floats())
      #expect(losses.allSatisfy { $0.largestError == 0 })
    }
  }

  private func stored(_ blocks: [UInt8], like matrix: Matrix) -> StoredMatrix {
    StoredMatrix(
      rows: matrix.rows, columns: matrix.columns, format: .q8_0, bytes: StoredBytes(copying: blocks))
  }

  private func rounded(_ matrix: Matrix) -> Matrix {
    stored(matrix.eightBitBlocks() ?? [], like: matrix).widened()
  }
}

/// A compact set in a temporary folder.
enum CompactFolder {
  /// Writes `set`, calls `body` with the folder and what was lost, and removes it.
  static func with(
    _ set: TranscoderSet, dropping share: Float = 0, fileBytes: Int = TranscoderSet.compactFileBytes,
    _ body: (String, [CompactLayer]) throws -> Void
  ) throws {
    let place = FileManager.default.temporaryDirectory.appending(path: "compact-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: place) }
    let losses = try set.writeCompact(to: place.path, dropping: share, fileBytes: fileBytes)
    try body(place.path, losses)
  }
}
