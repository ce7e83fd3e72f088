import Foundation
import ModelCatalogues
import Specimens

/// What models of a specimen score, as it is printed.
struct SpecimenScores {
  private struct Result: Encodable {
    let made: SpecimenMaker.Made
    let sha256: String
  }

  private let results: [Result]

  /// Takes the digests of the weights.
  init(_ made: [SpecimenMaker.Made]) throws {
    results = try made.map {
      Result(made: $0, sha256: try FileDigest.sha256(of: URL(filePath: $0.folder + "/model.safetensors")))
    }
  }

  /// Prints a table for each model, or all of it as JSON.
  func say(json: Bool) throws {
    if json { return try Terminal.printJSON(results) }
    for result in results {
      try Terminal.say(
        "\(result.made.model)  \(result.made.folder)\n  model.safetensors sha256 \(result.sha256)")
      let rows =
        [["  behaviour", "required", "reached", "trials"]]
        + result.made.scores.map { score in
          [
            "  " + score.name, score.required.percent, score.reached.percent,
            "\(score.trialCount)" + (score.isReached ? "" : "  missed"),
          ]
        }
      for line in Table.lines(rows) { try Terminal.say(line) }
    }
  }
}

extension Double {
  /// A share as a percentage with one digit.
  var percent: String { "\((self * 100).rounded(to: 1))%" }
}
