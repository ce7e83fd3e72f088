import ArgumentParser
import Attribution
import Foundation
import LinearAlgebra
import ReplacementModels
import Transcoders
import Transformers

/// Measures attribution against its arithmetic floor at the rate of matrix products measured in the same run.
struct AttributionBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "attribution")

  @Option(help: "The model.")
  var model: String

  @Option(help: "A transcoder set in circuit-tracer's format.")
  var transcoders: String

  @Option(help: "JSON with prompts as token ids.")
  var prompts: String

  @Option(help: "Features to expand.")
  var nodes = 2048

  @Option(help: "Repetitions; the median counts.")
  var repeats = 5

  private struct Row: Encodable {
    var tokens: Int
    var activeFeatures: Int
    var featuresSeconds: Double
    var attributionSeconds: Double
    var gigaflops: Double
    var gemmRate: Double
    var ratioToFloor: Double
  }

  func run() throws {
    let transformer = try Transformer(path: model)
    let set = try TranscoderSet(circuitTracerFolder: transcoders)
    let prompts = try PromptFile.ids(prompts)
    let rows = try prompts.map { try measure($0, transformer, set) }
    try printJSON(rows)
  }

  private func measure(_ ids: [Int], _ transformer: Transformer, _ set: TranscoderSet) throws -> Row {
    let clock = ContinuousClock()
    var (features, attributions, rates): ([Double], [Double], [Double]) = ([], [], [])
    var flops = 0.0
    var active = 0
    for _ in 0..<repeats {
      let start = clock.now
      let local = try LocalReplacementModel(transformer, set, tokens: ids)
      features.append((clock.now - start) / .seconds(1))
      let targets = TargetChooser(transformer, logits: local.logits) { String($0) }.salient(
        count: 10, mass: 0.95)
      let options = AttributionOptions(
        maxFeatureNodes: nodes, coverage: nil, roundSize: nodes, unexpanded: .leftOut)
      rates.append(BLASCheck.rate(transformer.workers))
      let before = clock.now
      let result = try Attributor(options: options).attribute(local, targets: targets)
      attributions.append((clock.now - before) / .seconds(1))
      active = result.activeFeatureCount
      flops = AttributionFloor(result.graph, activeFeatures: active, transformer.configuration).flops
    }
    let (seconds, rate) = (median(attributions), median(rates))
    return Row(
      tokens: ids.count, activeFeatures: active, featuresSeconds: median(features),
      attributionSeconds: seconds,
      gigaflops: flops / 1e9, gemmRate: rate, ratioToFloor: seconds / (flops / rate / 1e9))
  }

}
