import Foundation
import LinearAlgebra
import ModelFiles
import Testing
import _TestSupport

/// Damaged files must be refused in one sentence, or read; they never crash, and never take much memory.
@Suite("Damaged files by the thousand", .serialized)
struct FuzzTests {
  @Test("Safetensors")
  func safetensors() async throws {
    let corpus = try ["blocks.safetensors", "dtypes.safetensors"].map(bytes).map { Array($0.prefix(16_384)) }
    let small = Array(#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#.utf8)
    let whole = [UInt8(small.count), 0, 0, 0, 0, 0, 0, 0] + small + [UInt8](repeating: 1, count: 8)
    let fuzz = Fuzz(
      corpus + [whole],
      words: [
        "\"dtype\"", "\"shape\"", "\"data_offsets\"", "__metadata__", "F64", "BF16", "[", "{", "}", "\\ud800",
      ])
    try await survive(fuzz) { try SafetensorsFile(bytes: $0, name: "fuzz.safetensors") }
  }

  @Test("GGUF")
  func gguf() async throws {
    let corpus = [GGUFBuilder().bytes, try Array(bytes("blocks.gguf").prefix(16_384))]
    let fuzz = Fuzz(
      corpus, words: ["GGUF", "general.alignment", "general.architecture"])
    try await survive(fuzz) { try GGUFFile(bytes: $0, name: "fuzz.gguf") }
  }

  @Test("Numpy archives")
  func numpy() async throws {
    let corpus =
      try ["numpy/arrays.npz", "numpy/packed.npz", "numpy/wide.npz"].map(bytes) + [NumpyBuilder().bytes]
    let fuzz = Fuzz(
      corpus,
      words: [
        "PK\u{1}\u{2}", "PK\u{3}\u{4}", "PK\u{5}\u{6}", "PK\u{6}\u{6}", "PK\u{6}\u{7}", "'descr'", "'shape'",
        "'fortran_order'", "True", "(", ")", "'<f2'", "\u{93}NUMPY",
      ])
    try await survive(fuzz) { try NumpyArchive(bytes: $0, name: "fuzz.npz") }
  }

  private func bytes(_ name: String) throws -> [UInt8] {
    try Array(Data(contentsOf: URL(filePath: fixture(name))))
  }

  /// Opens copy after copy and reads all that it holds.
  private func survive(_ fuzz: Fuzz, _ open: (StoredBytes) throws -> any TensorArchive)
    async throws
  {
    let before = Fuzz.peakMemory ?? 0
    let count = try await fuzz.run { copy in
      do {
        let archive = try open(StoredBytes(copying: copy))
        for name in archive.tensorNames.prefix(64) {
          let tensor = try archive.tensor(name)
          guard tensor.bytes.count <= 1 << 24 else { continue }
          if case .integer = tensor.type { _ = try? tensor.integers() } else { _ = try tensor.floats() }
        }
      } catch let error as ModelFileError {
        // What is quoted from a damaged file may hold anything.
        guard "\(error)".replacing(/'.*'/, with: "").isOneSentence else {
          Issue.record("\(error)")
          return
        }
      }
    }
    #expect(count.count > 0 && count.slowest < 10)
    #expect((Fuzz.peakMemory ?? 0) - before < 2 << 30, "a small file must not take gigabytes")
  }
}
