import ArgumentParser
import Attribution
import CircuitGraphs
import Foundation
import GraphFiles
import LinearAlgebra
import ReplacementModels
import Transcoders
import Transformers

struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "trace", abstract: "Trace it.")
  @Option var model: String
  @Option var transcoders: String
  @Option var ids: String
  @Option var compat: String?
  @Option var maxFeatureNodes = 7500
  @Option var batchSize = 256
  @Option var updateInterval = 4
  @Option var graph: String?
  @Option var output: String
  @Flag var json = false

  func run() throws {
    let clock = ContinuousClock()
    var start = clock.now
    func lap(_ name: String) {
      let now = clock.now
      FileHandle.standardError.write(Data("\(name) \(now - start)\n".utf8))
      start = now
    }
    let transformer = try Transformer(path: model)
    let set = try TranscoderSet(circuitTracerFolder: transcoders)
    lap("load")
    let tokens = ids.split(separator: ",").compactMap { Int($0) }
    let local = try LocalReplacementModel(transformer, set, tokens: tokens)
    lap("features \(local.features.count)")
    let chooser = TargetChooser(transformer, logits: local.logits) { "\($0)" }
    let targets = chooser.salient(count: 10, mass: 0.95)
    lap("targets")
    let options = AttributionOptions(
      maxFeatureNodes: maxFeatureNodes, coverage: 2, roundSize: batchSize * updateInterval, unexpanded: .leftOut)
    let result = try Attributor(options: options).attribute(local, targets: targets)
    lap("attribution")
    let scores = GraphScores(result.graph)
    _ = result.graph.prune(convention: .circuitTracer)
    lap("scores")
    if let graph { try RawGraphFile(graph: result.graph).write(to: graph) }
    lap("write")
    print("{\"replacementScore\": \(scores.replacement), \"completenessScore\": \(scores.completeness)}")
  }
}
