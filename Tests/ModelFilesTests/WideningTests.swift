import LinearAlgebra
import ModelFiles
import Testing

@Suite("Widening stored numbers")
struct WideningTests {
  static let formats = ElementFormat.allCases.filter { $0 != .f32 }

  @Test("Every format widens to the bits that the gguf package computes", arguments: formats)
  func golden(format: ElementFormat) throws {
    let stored = try GGUFFile(path: try fixture("blocks.gguf")).tensor(format.rawValue, shape: [4, 512])
    let expected = try SafetensorsFile(path: try fixture("blocks.safetensors")).tensor(format.rawValue)
    #expect(stored.type == .float(format))
    expectSameBits(try stored.floats(), try expected.floats())
  }

  @Test(
    "Every format widens to the bits of its naive twin, at any address", arguments: ElementFormat.allCases)
  func twin(format: ElementFormat) {
    var state: UInt64 = 1
    let blocks = 9 * max(1, 256 / format.blockLength)
    let bytes = (0..<blocks * format.bytesPerBlock).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 40)
    }
    let expected = NaiveWidening(format: format, bytes: bytes).floats
    for shift in [0, 1, 3] {
      let shifted = StoredBytes(copying: [UInt8](repeating: 7, count: shift) + bytes)
      let matrix = StoredMatrix(
        rows: 9, columns: expected.count / 9, format: format, bytes: shifted[shift..<shift + bytes.count])
      expectSameBits(matrix.floats(), expected)
    }
  }

  @Test("All 65,536 halves and bfloat16s widen to what the formats define")
  func allHalves() {
    let bytes = (0...UInt16.max).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    for format in [ElementFormat.f16, .bf16] {
      let matrix = StoredMatrix(rows: 1, columns: 65_536, format: format, bytes: StoredBytes(copying: bytes))
      expectSameBits(matrix.floats(), NaiveWidening(format: format, bytes: bytes).floats)
    }
  }

  @Test("An empty matrix widens to nothing")
  func empty() {
    #expect(StoredMatrix(rows: 0, columns: 32, format: .q8_0, bytes: StoredBytes(copying: [])).floats() == [])
  }
}
