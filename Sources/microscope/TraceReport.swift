import Attribution
import CircuitGraphs
import Foundation
import GraphFiles

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What `trace` reports, as data.
struct TraceReport: Encodable {
  var tokens: [NextTokens.Piece]
  var logits: [NextTokens.Candidate]
  var transcoders: String
  var nodeCount: Int
  var edgeCount: Int
  /// Whether more nodes or edges passed the thresholds than are written without flags.
  var isLimited: Bool
  /// The share of the influence that the nodes receive.
  var influenceShare: Double
  var activeFeatureCount: Int
  var expandedFeatureCount: Int
  var coverage: Double
  var replacementScore: Double
  var completenessScore: Double
  var seconds: [String: Double]
  var peakBytes: Int
  var slug: String
  var files: [String: String]
  /// The attention score that was asked for.
  var score: ScoreReport?

  init(_ result: TraceJob.Result, next: NextTokens, clock: PhaseClock, slug: String, files: [String: String])
  {
    tokens = next.tokens
    logits = next.logits
    transcoders = result.transcoderFolder ?? result.transcoderName
    nodeCount = result.pruned.keptNodes.count
    edgeCount = result.pruned.edges.entryCount
    isLimited = result.pruned.isLimited
    influenceShare = result.pruned.influenceShare
    activeFeatureCount = result.attribution.activeFeatureCount
    expandedFeatureCount = result.attribution.graph.layout.features.count
    coverage = result.attribution.coverage
    replacementScore = result.scores.replacement
    completenessScore = result.scores.completeness
    seconds = Dictionary(uniqueKeysWithValues: clock.seconds.map { ($0.phase, $0.seconds) })
    seconds["total"] = clock.total
    peakBytes = TraceReport.peakBytes()
    self.slug = slug
    self.files = files
  }

  /// The most memory that the process has held.
  private static func peakBytes() -> Int {
    var usage = rusage()
    #if os(Linux)
      _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      return usage.ru_maxrss * 1024
    #else
      _ = unsafe getrusage(RUSAGE_SELF, &usage)
      return usage.ru_maxrss
    #endif
  }
}

/// What the page shows about a trace besides the graph: the `microscope` object in a graph file's metadata.
extension TraceReport {
  func pageMetadata(model: String, transcoders: String) -> JSONValue {
    .object([
      "model": .string(model), "transcoders": .string(transcoders),
      "logits": .array(
        logits.map { .object(["token": .string($0.piece), "probability": .number(Double($0.probability))]) }),
      "replacementScore": .number(replacementScore), "completenessScore": .number(completenessScore),
      "seconds": .number(seconds["total"] ?? 0), "nodeCount": .number(Double(nodeCount)),
      "edgeCount": .number(Double(edgeCount)), "activeFeatureCount": .number(Double(activeFeatureCount)),
      "expandedFeatureCount": .number(Double(expandedFeatureCount)), "coverage": .number(coverage),
    ])
  }
}
