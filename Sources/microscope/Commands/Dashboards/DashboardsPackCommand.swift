import ArgumentParser
import FeatureDashboards
import Foundation

struct DashboardsPackCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pack", abstract: "Store dashboards in a small file, to be shipped.",
    discussion: """
      Keeps fewer examples and tokens of each feature and rounds their numbers to 8 bits. A file below Dashboards/<model id> is \
      unpacked when it is first needed.

      Examples:
        microscope dashboards pack Dashboards/smollm2-135m-instruct/transcoders.dashboards
      """)

  @Argument(help: "The file to write; its name ends in .dashboards.")
  var output: String

  @OptionGroup var options: DashboardOptions

  @Option(help: "Strongest examples of each feature.")
  var top = PackLimits().top

  @Option(help: "Examples of each quantile.")
  var quantile = PackLimits().quantile

  @Option(help: "Tokens to either side of an example's middle.")
  var window = PackLimits().window

  func validate() throws {
    guard output.hasSuffix(".dashboards") else {
      throw ValidationError("The file's name must end in .dashboards, by which it is found.")
    }
    guard (1...1000).contains(top), (0...1000).contains(quantile) else {
      throw ValidationError("--top takes 1 to 1000, --quantile 0 to 1000.")
    }
    guard (0...32).contains(window) else { throw ValidationError("--window takes 0 to 32.") }
  }

  func run() async throws {
    try OutputPlace.check(file: output, option: "The output")
    let store = try await options.open().existingStore()
    var limits = PackLimits()
    (limits.top, limits.quantile, limits.window) = (top, quantile, window)
    Terminal.progress("packing")
    try PackedDashboards(store, limits).write(to: URL(filePath: output))
    Terminal.progress("")
    let bytes = OutputPlace.size(ofFile: output)
    try Terminal.say("Wrote \((Double(bytes) / 1e6).rounded(to: 2)) MB: \(output)")
  }
}
