import ArgumentParser
import CircuitGraphs
import LiveServices

/// How a prompt is traced.
struct TraceOptions: ParsableArguments {
  enum Compatibility: String, ExpressibleByArgument, CaseIterable {
    case circuitTracer = "circuit-tracer"
  }

  @OptionGroup var basis: TranscoderOptions

  @Option(help: ArgumentHelp("The most output tokens in the graph.", valueName: "count"))
  var maxLogits = 10

  @Option(
    help: ArgumentHelp(
      "Output tokens are added until their probabilities reach this sum.", valueName: "share"))
  var logitMass: Float = 0.95

  @Option(
    help: ArgumentHelp(
      "Explain this token instead of the most probable ones; repeatable.", valueName: "token"))
  var target: [String] = []

  @Option(
    help: ArgumentHelp(
      "Explain why --target and not this token: the difference of their logits.", valueName: "token"))
  var minus: String?

  @Option(
    help: ArgumentHelp(
      "The most features whose own inputs are computed. (default: 7500; 1000 for neurons)", valueName: "count"
    ))
  var maxFeatureNodes: Int?

  @Option(
    help: ArgumentHelp(
      "Stop expanding when features not yet expanded carry less than 1 − this share of the influence.",
      valueName: "share"))
  var coverage = 0.98

  @Option(
    help: ArgumentHelp(
      "Keep the nodes that carry this share of the influence. (default: 0.8, and of those at most \(TraceSettings.readable.nodes) features and errors)",
      valueName: "share"))
  var nodeThreshold: Double?

  @Option(
    help: ArgumentHelp(
      "Keep the edges that carry this share of the kept nodes' influence. (default: 0.98, 0.9 for neurons, and of those at most \(TraceSettings.readable.edges))",
      valueName: "share"))
  var edgeThreshold: Double?

  @Option(
    help: ArgumentHelp(
      "Reproduce this tool's first token, expansion, pruning and scores.", valueName: "tool"))
  var compat: Compatibility?

  @Option(help: ArgumentHelp("With --compat: features in one of its batches.", valueName: "count"))
  var batchSize: Int?

  @Option(help: ArgumentHelp("With --compat: batches between two rankings.", valueName: "count"))
  var updateInterval: Int?

  func validate() throws {
    try checkRanges()
    guard minus == nil || target.count == 1 else {
      throw ValidationError("--minus needs exactly one --target.")
    }
    guard Set(target).count == target.count else { throw ValidationError("--target names a token twice.") }
    guard compat != nil || (batchSize == nil && updateInterval == nil) else {
      throw ValidationError(
        "--batch-size and --update-interval have a meaning only with --compat circuit-tracer.")
    }
  }

  private func checkRanges() throws {
    let shares = [
      ("--logit-mass", Double(logitMass)), ("--coverage", coverage), ("--node-threshold", nodeThreshold ?? 0),
      ("--edge-threshold", edgeThreshold ?? 0),
    ]
    for (name, value) in shares where !(0...1).contains(value) {
      throw ValidationError("\(name) is a share from 0 to 1, not \(value).")
    }
    let counts = [
      ("--max-logits", maxLogits), ("--max-feature-nodes", maxFeatureNodes ?? 1),
      ("--batch-size", batchSize ?? 1),
      ("--update-interval", updateInterval ?? 1),
    ]
    for (name, value) in counts where !(1...100_000_000).contains(value) {
      throw ValidationError("\(name) is a number from 1 on, not \(value).")
    }
  }

  /// The same as a plain value.
  var settings: TraceSettings {
    var settings = TraceSettings()
    settings.maxLogits = maxLogits
    settings.logitMass = logitMass
    settings.targets = target.map { .text($0) }
    settings.minus = minus.map { .text($0) }
    settings.maxFeatureNodes = maxFeatureNodes
    settings.coverage = coverage
    settings.nodeThreshold = nodeThreshold
    settings.edgeThreshold = edgeThreshold
    settings.isCircuitTracers = compat != nil
    settings.batchSize = batchSize
    settings.updateInterval = updateInterval
    return settings
  }
}
