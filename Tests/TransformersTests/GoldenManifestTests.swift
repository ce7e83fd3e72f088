import Foundation
import Testing
import _TestSupport

#if canImport(CryptoKit)
  import CryptoKit
#else
  import Crypto
#endif

@Suite("Goldens")
struct GoldenManifestTests {
  @Test("Every golden file is the one that the manifest names, and none is missing or added")
  func files() throws {
    let manifest = try Golden.manifest()
    #expect(try Set(Golden.names()) == Set(manifest.keys))
    for (name, entry) in manifest {
      let data = try Golden.data(name)
      let digest = SHA256.hash(data: data).map { byte in
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }.joined()
      #expect(data.count == entry.bytes && digest == entry.sha256, "\(name)")
    }
  }

  @Test("Differences name the worst entry and how many there are")
  func differences() {
    #expect(Difference([1, 2, .nan], [1, 2.00001, .nan], absolute: 1e-4) == nil)
    let text = Difference([1, 2, 3, 4], [1, 2.5, 3, 5], columns: 2, absolute: 0.1)?.description ?? ""
    #expect(text.hasPrefix("2 of 4 numbers differ, most at [1, 1]: 4.0 instead of 5.0"))
    #expect(Difference([.nan], [1], absolute: 1) != nil && Difference([1], [.nan], absolute: 1) != nil)
    #expect(Difference([.infinity], [1], absolute: 1) != nil && Difference([], [1], absolute: 1) != nil)
  }
}
