import FeatureDashboards
import Figures
import LiveServices
import ReplacementModels
import Studies
import Tokenizers
import Transformers

/// What `positions` found.
struct PositionsReport: Encodable {
  /// One position's graph.
  struct Row: Encodable {
    var summary: PositionSummary
    /// The graph's file; nil where none was written.
    var file: String?
  }

  var model: String
  var transcoders: String
  /// The text's pieces.
  var pieces: [String]
  /// In the order of the positions.
  var positions: [Row] = []

  init(_ subject: AnalysisSubject, _ tokens: [Int]) {
    model = subject.name
    transcoders = subject.basisName
    pieces = tokens.map { subject.model.tokenizer.piece($0) }
  }

  mutating func add(_ traced: TracedPrompt, at position: Int, of tokens: [Int], file: String?) {
    let summary = PositionSummary(traced.attribution, at: position, of: tokens, logits: traced.local.logits)
    positions.append(Row(summary: summary, file: file))
  }

  /// The features that any summary tells of.
  var shownFeatures: [FeatureName] { Set(positions.flatMap(\.summary.features).map(\.feature)).sorted() }

  func map(_ limit: Int, piece: (Int) -> String, label: (FeatureName) -> String) -> HeatMap {
    HeatMap(positions.map(\.summary), features: limit, piece: piece, label: label)
  }

  func text(_ piece: (Int) -> String, _ labels: [FeatureName: String]) -> String {
    let percent = { (share: Double) in "\((100 * share).rounded(to: 1))%" }
    let rows = positions.map { row -> [String] in
      let summary = row.summary
      let strongest = summary.features.prefix(2).map {
        "\(String((labels[$0.feature] ?? "\($0.feature)").prefix(28))) \(percent($0.share))"
      }
      return [
        "\(summary.position)", "‘\(piece(summary.token))’",
        "‘\(piece(summary.top))’ \(percent(Double(summary.topProbability)))",
        summary.next.map { "‘\(piece($0))’ \(percent(Double(summary.nextProbability ?? 0)))" } ?? "–",
        summary.replacement.rounded(to: 2), summary.completeness.rounded(to: 2), "\(summary.activeFeatures)",
        strongest.joined(separator: "; "),
      ]
    }
    let head = ["at", "token", "model says", "text says", "repl.", "compl.", "active", "strongest features"]
    let files = positions.compactMap(\.file)
    return
      (["\(model), \(transcoders)", ""] + Table.lines([head] + rows)
      + (files.isEmpty ? [] : ["", "graphs  \(files.count) files, the first \(files[0])"])).joined(
        separator: "\n")
  }
}
