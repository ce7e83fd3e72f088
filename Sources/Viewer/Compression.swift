import Foundation
import ModelFiles
import Synchronization

/// Compresses answers, and keeps what is asked for again.
final class Compression: Sendable {
  private struct Kept {
    var pieces: [String: Data] = [:]
    var order: [String] = []
    var byteCount = 0
  }

  private let kept = Mutex(Kept())
  /// The most compressed bytes that are kept.
  private static let keptLimit = 64 << 20
  /// Larger files are sent as they are.
  private static let fileLimit = 48 << 20
  /// Smaller answers are sent as they are.
  private static let least = 1024

  /// Returns the response compressed, or as it is where that would not help.
  func compress(_ response: SiteResponse) -> SiteResponse {
    guard let type = response.headers["Content-Type"], Self.helps(type),
      response.headers["Content-Encoding"] == nil,
      let count = response.byteCount, count >= Self.least, let data = compressed(response, count: count)
    else { return response }
    var response = response
    response.headers["Content-Encoding"] = "gzip"
    response.body = .data(data)
    return response
  }

  private func compressed(_ response: SiteResponse, count: Int) -> Data? {
    let key = response.headers["ETag"].map { "\($0) \(count)" }
    if let key, let data = kept.withLock({ $0.pieces[key] }) { return data }
    let data: Data? =
      switch response.body {
      case .data(let data): Self.gzip(data)
      case .file(let url, _) where count <= Self.fileLimit:
        (try? Data(contentsOf: url)).map { Self.gzip($0) }
      case .file, .stream: nil
      }
    if let key, let data { keep(data, key) }
    return data
  }

  private static func gzip(_ data: Data) -> Data {
    Data(CompressedBytes.pack([UInt8](data), as: .gzip, effort: 5))
  }

  private func keep(_ data: Data, _ key: String) {
    kept.withLock { kept in
      guard kept.pieces.updateValue(data, forKey: key) == nil else { return }
      kept.order.append(key)
      kept.byteCount += data.count
      while kept.byteCount > Self.keptLimit, !kept.order.isEmpty {
        kept.byteCount -= kept.pieces.removeValue(forKey: kept.order.removeFirst())?.count ?? 0
      }
    }
  }

  private static func helps(_ type: String) -> Bool {
    type.hasPrefix("text/") || type.hasPrefix("application/json") || type.hasPrefix("image/svg")
  }
}
