import Foundation

/// One line of a run's `metrics.jsonl`; what is missing there is nil or empty.
struct TrainingLine: Decodable {
  /// The terms of the loss and numbers of each layer.
  struct Parts: Decodable {
    var reconstruction: Double?
    var sparsity: Double?
    var preActivation: Double?
    var auxiliary: Double?
    var divergence: Double?
    var activeFeatures: [Double]?
    var dead: [Double]?
  }

  var step: Int
  var stepCount: Int?
  var tokens: Int?
  var tokensPerSecond: Double?
  var secondsLeft: Double?
  var parts: Parts?
  var unexplained: [Double]?
  var layerFVU: [Double]?
}

/// The lines of a run that curves are drawn of.
struct TrainingMetrics: Sendable {
  /// The most lines that are read of one run.
  static let mostLines = 400
  /// The longest line that is looked at.
  private static let longestLine = 1 << 20

  /// Reads lines evenly spread over a file, its last one always among them; damaged lines are left out.
  static func lines(of file: URL) -> [TrainingLine] {
    guard let data = try? Data(contentsOf: file, options: .mappedIfSafe) else { return [] }
    // A run appends to its file: what stands behind the last line break is not written whole yet.
    let whole = data.prefix(upTo: data.lastIndex(of: 0x0A) ?? data.startIndex)
    return spread(whole.split(separator: 0x0A)).compactMap { line in
      guard line.count <= longestLine else { return nil }
      return try? JSONDecoder().decode(TrainingLine.self, from: line)
    }
  }

  /// Reads the last whole line.
  static func last(of file: URL) -> TrainingLine? {
    guard let data = try? Data(contentsOf: file, options: .mappedIfSafe),
      let end = data.lastIndex(of: 0x0A)
    else { return nil }
    let tail = data[max(data.startIndex, end - longestLine)..<end]
    let start = tail.lastIndex(of: 0x0A).map { $0 + 1 } ?? tail.startIndex
    return try? JSONDecoder().decode(TrainingLine.self, from: tail[start...])
  }

  private static func spread(_ lines: [Data]) -> [Data] {
    guard lines.count > mostLines else { return lines }
    return (0..<mostLines).map { lines[$0 * (lines.count - 1) / (mostLines - 1)] }
  }
}
