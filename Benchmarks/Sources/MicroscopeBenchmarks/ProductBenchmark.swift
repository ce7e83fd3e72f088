import ArgumentParser
import Foundation
import LinearAlgebra
import Transformers

/// Measures what bfloat16 products gain: exact and rounded in turn, medians.
struct ProductBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "products")

  @Option(help: "The model whose forward pass is measured.")
  var model: String

  @Option(help: "Worker threads.")
  var threads: Int?

  @Option(help: "Repetitions; the median counts.")
  var repeats = 7

  private struct Row: Encodable {
    var work: String
    var exactSeconds: Double
    var bfloat16Seconds: Double
    var ratio: Double
  }

  func run() throws {
    let exact = Workers(count: threads)
    let rounded = Workers(count: threads, precision: .bfloat16)
    let rows = try forward(exact, rounded) + products(exact, rounded)
    try printJSON(rows)
  }

  /// The forward pass without logits, as training reads activations.
  private func forward(_ exact: Workers, _ rounded: Workers) throws -> [Row] {
    let models = try (
      Transformer(path: model, workers: exact), Transformer(path: model, workers: rounded)
    )
    return [256, 1024, 2048].map { count in
      let tokens = (0..<count).map { $0 * 7919 % models.0.configuration.dVocab }
      return row("forward pass, \(count) tokens") {
        _ = models.0.run(tokens, logits: .none)
      } rounded: {
        _ = models.1.run(tokens, logits: .none)
      }
    }
  }

  /// The products of training a transcoder of 4,096 features on 2,048 positions of width 576.
  private func products(_ exact: Workers, _ rounded: Workers) -> [Row] {
    let (positions, width, features) = (2048, 576, 4096)
    let inputs = random(positions, width, seed: 1), encoder = random(features, width, seed: 2)
    let gradients = random(positions, features, seed: 3)
    let work: [(String, (Workers) -> Matrix)] = [
      ("features, X · W_encᵀ", { inputs.times(transposed: encoder, $0) }),
      ("gradient, Gᵀ · X", { gradients.transposed($0).times(inputs, $0) }),
      ("gradient, Xᵀ · G", { inputs.transposed($0).times(gradients, $0) }),
      ("reconstruction, A · W_dec", { gradients.times(encoder, $0) }),
    ]
    return work.map { name, product in
      row(name) {
        _ = product(exact)
      } rounded: {
        _ = product(rounded)
      }
    }
  }

  private func random(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    var random = SplitMix64(seed: seed)
    return Matrix(
      rows: rows, columns: columns,
      storage: (0..<rows * columns).map { _ in Float.random(in: -1...1, using: &random) })
  }

  private func row(_ work: String, _ exact: () -> Void, rounded: () -> Void) -> Row {
    let clock = ContinuousClock()
    var times: (exact: [Double], rounded: [Double]) = ([], [])
    for _ in 0..<repeats {
      times.exact.append(clock.measure(exact) / .seconds(1))
      times.rounded.append(clock.measure(rounded) / .seconds(1))
    }
    let (one, other) = (median(times.exact), median(times.rounded))
    return Row(work: work, exactSeconds: one, bfloat16Seconds: other, ratio: one / other)
  }
}
