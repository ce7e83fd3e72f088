import ArgumentParser

/// What is measured without another program beside.
@main
struct MicroscopeBenchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommands: [AttributionBenchmark.self, InterventionBenchmark.self, ProductBenchmark.self],
    defaultSubcommand: AttributionBenchmark.self)
}

/// The middle of some measurements.
func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
