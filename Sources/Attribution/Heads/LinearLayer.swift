import LinearAlgebra
import ReplacementModels
import Transformers

/// One layer of the frozen model as linear maps of several streams at once.
///
/// A *whole* stream has a row for each position; whole streams stand under each other, block under block. A *straight*
/// stream has one row, at the position that the stream never leaves.
struct LinearLayer {
  let attention: FrozenAttention
  private let skip: PulledSkip?
  private let groups: Int
  private let workers: Workers

  init(_ model: LocalReplacementModel, _ layer: Int) {
    let configuration = model.transformer.configuration
    attention = model.pass.frozenAttention(
      layer, zeroStream: Matrix(rows: 1, columns: configuration.dModel))
    skip = model.pulledSkip(layer)
    groups = configuration.groupCount
    workers = model.transformer.workers
  }

  private var positionCount: Int { attention.pattern.keyCount }

  /// Returns what each head reads of whole streams, `[streams · positions, headCount · dHead]`.
  func headOutputs(_ streams: Matrix) -> Matrix {
    blockwise(values(streams), columns: attention.output.columns) {
      attention.pattern.mix($0, groups: groups, workers)
    }
  }

  /// Returns what heads' outputs add to streams.
  func added(_ heads: Matrix) -> Matrix { heads.times(transposed: attention.output, workers) }

  /// Returns the values of streams, `[rows, groups · dHead]`.
  func values(_ streams: Matrix) -> Matrix { streams.times(transposed: attention.value, workers) }

  /// Returns the gradients at the heads' outputs, `[rows, headCount · dHead]`, of gradients behind attention.
  func headGradients(_ gradients: Matrix) -> Matrix { gradients.times(attention.output, workers) }

  /// Returns what gradients at the heads' outputs add to gradients before attention.
  func pulled(_ heads: Matrix) -> Matrix {
    blockwise(heads, columns: attention.value.rows) { attention.pattern.pull($0, groups: groups, workers) }
      .times(attention.value, workers)
  }

  /// Adds what skip connections make of `streams`; nil positions for whole streams.
  func addSkip(of streams: Matrix, positions: [Int]? = nil, to sum: inout Matrix) {
    guard let skip else { return }
    var skipped = streams.times(transposed: skip.map, workers)
    skipped.scaleRows(by: factors(skip, streams, positions))
    sum += skipped
  }

  /// Adds what gradients behind skip connections are before them; nil positions for whole streams.
  func addSkipGradient(of gradients: Matrix, positions: [Int]? = nil, to sum: inout Matrix) {
    guard let skip else { return }
    var skipped = gradients.times(skip.map, workers)
    skipped.scaleRows(by: factors(skip, gradients, positions))
    sum += skipped
  }

  private func factors(_ skip: PulledSkip, _ streams: Matrix, _ positions: [Int]?) -> [Float] {
    positions.map { $0.map { skip.factors[$0] } }
      ?? (0..<streams.rows).map { skip.factors[$0 % positionCount] }
  }

  private func blockwise(_ rows: Matrix, columns: Int, _ map: (Matrix) -> Matrix) -> Matrix {
    let starts = stride(from: 0, to: rows.rows, by: positionCount)
    let blocks = starts.map { map(rows[rows: $0..<$0 + positionCount]) }
    return blocks.isEmpty ? Matrix(rows: 0, columns: columns) : Matrix(stacking: blocks)
  }
}
