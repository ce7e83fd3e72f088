import ArgumentParser
import FeatureDashboards
import Foundation

struct LabelFeatureCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "label", abstract: "Give a feature a label of your own.",
    discussion: """
      It stands above those of rules and models, which are kept beside it, and nothing but another one of yours \
      replaces it.

      Examples:
        microscope features label 12/845 "French places"
        microscope features label 12/845 --remove
      """)

  @Argument(help: "The feature.")
  var feature: FeatureName

  @Argument(help: "The label.")
  var text: String?

  @OptionGroup var source: DashboardOptions

  @Flag(help: "Take your label back.")
  var remove = false

  func validate() throws {
    guard (text == nil) == remove else {
      throw ValidationError("Give a label, or --remove to take yours back.")
    }
    guard let text else { return }
    guard text.contains(where: { !$0.isWhitespace }), text.count <= 400, !text.utf8.contains(0) else {
      throw ValidationError("A label has 1 to 400 characters.")
    }
  }

  func run() async throws {
    let store = try await source.existingStore()
    _ = try store.dashboard(feature)
    if let text {
      let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      let label = FeatureLabel(
        text: words, origin: .person, evidence: "", time: Date().timeIntervalSince1970)
      try store.label([(name: feature, label: label)])
    } else {
      try store.removeLabel(.person, of: feature)
    }
    let shown = try store.labels(feature).first
    try Terminal.say("\(feature)  \(shown.map { Terminal.printable($0.text) } ?? "no label")")
  }
}
