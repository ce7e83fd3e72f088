import Foundation
import LinearAlgebra
import ModelFiles
import Testing

@Suite("Mapping files")
struct MappedFileTests {
  @Test("The mapped bytes are the file's, and outlive its name")
  func contents() throws {
    try withTemporaryFolder { folder in
      try write([1, 2, 3], to: folder + "/a")
      let bytes = try MappedFile.map(folder + "/a")
      try FileManager.default.removeItem(atPath: folder + "/a")
      #expect(unsafe bytes.withUnsafeBytes { unsafe Array($0) } == [1, 2, 3])
    }
  }

  @Test("Bytes whose pages were given back hold what they held, whatever part of them it was")
  func releasedPages() throws {
    try withTemporaryFolder { folder in
      let numbers = (0..<50_001).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      try write(numbers, to: folder + "/a")
      let bytes = try MappedFile.map(folder + "/a")
      let own = StoredBytes(copying: numbers)
      for range in [0..<50_001, 1..<50_000, 4096..<8192, 5000..<5001, 7..<7] {
        bytes[range].releasePages()
        own[range].releasePages()
        #expect(unsafe bytes.withUnsafeBytes { unsafe Array($0) } == numbers)
        #expect(unsafe own.withUnsafeBytes { unsafe Array($0) } == numbers)
      }
    }
  }

  @Test("What is not a readable regular file is refused in one sentence")
  func refused() throws {
    try withTemporaryFolder { folder in
      try write([], to: folder + "/empty")
      #expect(unsafe mkfifo(folder + "/pipe", 0o600) == 0)
      let reasons = [
        folder + "/absent": "no such file", folder: "a folder", folder + "/empty": "empty",
        folder + "/pipe": "a pipe", "/dev/null": "a pipe or a device", folder + "/empty/x": "not a folder",
        "": "not the name", "a\0b": "not the name",
      ]
      for (path, reason) in reasons {
        let error = expectError { _ = try MappedFile.map(path) }
        #expect(error.map { "\($0)".contains(reason) } == true, "\(path)")
      }
    }
  }

  @Test("A file without permission is refused in one sentence", .enabled(if: geteuid() != 0))
  func noPermission() throws {
    try withTemporaryFolder { folder in
      try write([1], to: folder + "/a")
      unsafe chmod(folder + "/a", 0)
      let error = expectError { _ = try MappedFile.map(folder + "/a") }
      #expect(error.map { "\($0)".contains("permission") } == true)
    }
  }
}
