import ArgumentParser
import Foundation
import Interventions
import LinearAlgebra
import Transcoders
import Transformers

/// Measures interventions against the forward pass of the layers that they can change, in one run.
struct InterventionBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "interventions")

  @Option(help: "The model.")
  var model: String

  @Option(help: "A transcoder set in circuit-tracer's format.")
  var transcoders: String

  @Option(help: "JSON with prompts as token ids.")
  var prompts: String

  @Option(help: "Repetitions; the median counts.")
  var repeats = 9

  private struct Row: Encodable {
    var tokens: Int
    var layer: Int
    var position: Int
    /// The plain forward pass of the whole prompt, and the same from the touched layer on.
    var forwardSeconds: Double
    var forwardFromLayerSeconds: Double
    var interventionSeconds: Double
    /// The same with every feature of every layer encoded again, as circuit-tracer returns them.
    var withFeaturesSeconds: Double
    var sweepSeconds: Double
    var ratioToForwardFromLayer: Double
    var sweepInForwardPasses: Double
  }

  func run() throws {
    let transformer = try Transformer(path: model)
    let set = try TranscoderSet(circuitTracerFolder: transcoders)
    let prompts = try PromptFile.ids(prompts)
    let layers = transformer.configuration.layerCount
    let rows = try prompts.flatMap { ids in
      let last = ids.count - 1
      return try [(0, 1), (layers / 2, 1), (layers / 2, last)].map { layer, position in
        try measure(ids, layer, position, transformer, set)
      }
    }
    try printJSON(rows)
  }

  private func measure(
    _ ids: [Int], _ layer: Int, _ position: Int, _ transformer: Transformer, _ set: TranscoderSet
  ) throws -> Row {
    let engine = try InterventionEngine(transformer, set, tokens: ids)
    let scaled = Intervention(.feature(layer: layer, index: 7), at: .at(position), .scale(0))
    let change = Intervention(scaled.target, at: scaled.positions, .set(3))
    let patching = Patching.iterative(freezesAttention: false)
    var cache = KeyValueCache(layerCount: transformer.configuration.layerCount)
    let recording: Set<HookPoint> = [HookPoint(.residPre, layer: layer)]
    let clean = transformer.run(ids, continuing: &cache, recording: recording, logits: .last).activations
    let stream = clean[.residPre, layer] ?? Matrix(rows: 0, columns: 0)
    var times = [[Double]](repeating: [], count: 5)
    for _ in 0..<repeats {
      times[0].append(time { _ = transformer.run(ids, logits: .last) })
      times[1].append(
        time {
          var (rewound, edits) = (cache.rewound(toPosition: 0, from: layer), NoEdits())
          _ = transformer.run(
            ids, stream: stream, from: layer, continuing: &rewound, logits: .last, editing: &edits)
        })
      times[2].append(try time { _ = try engine.run([change], patching: patching, observing: false) })
      times[3].append(try time { _ = try engine.run([change], patching: patching).features() })
      times[4].append(
        try time {
          try engine.sweep(
            .factor((0..<13).map { Float($0) - 6 }), [scaled], patching: patching, observing: false
          ) { _ in true }
        })
    }
    let medians = times.map(median)
    return Row(
      tokens: ids.count, layer: layer, position: position, forwardSeconds: medians[0],
      forwardFromLayerSeconds: medians[1], interventionSeconds: medians[2], withFeaturesSeconds: medians[3],
      sweepSeconds: medians[4], ratioToForwardFromLayer: medians[2] / medians[1],
      sweepInForwardPasses: medians[4] / medians[0])
  }

  private func time(_ body: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try body()
    return (ContinuousClock.now - start) / .seconds(1)
  }
}

/// The model as it is, from a layer on.
private struct NoEdits: BlockEdits {
  func pattern(_ layer: Int) -> AttentionPattern? { nil }

  func output(
    at place: HookPoint.Kind, _ layer: Int, _ activations: inout ActivationCache,
    _ model: (inout ActivationCache) -> Matrix
  ) -> Matrix { model(&activations) }
}
