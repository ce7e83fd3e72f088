package import LinearAlgebra
import Transcoders
import Transformers

/// What the MLPs of a model read and gave at many positions, to be drawn from in any order.
///
/// Its rows come in parts, each of which has a place in the stores; where there is a place more than parts, the next part
/// can be filled there while the others are read.
package struct ActivationRound: Sendable {
  /// What each layer's features read, `[places, dModel]`.
  package let inputs: [ActivationStore]
  /// What they reconstruct.
  package let outputs: [ActivationStore]

  /// The rows that stem from the model as it is, in order.
  package internal(set) var cleanRows: [Int] = []

  /// The number of rows.
  let rowCount: Int
  private let partRows: Int
  /// The place of each part, and behind them the spare one.
  private var slots: [Int]

  /// Makes room for a schedule's buffer; nil for none.
  package init(_ schedule: BufferSchedule?, layerCount: Int, width: Int) {
    partRows = schedule?.partRows ?? 0
    rowCount = schedule?.rows ?? 0
    slots = Array(0..<(schedule.map { $0.parts + ($0.isRolling ? 1 : 0) } ?? 0))
    let places = slots.count * partRows
    inputs = (0..<layerCount).map { _ in ActivationStore(rows: places, columns: width) }
    outputs = (0..<layerCount).map { _ in ActivationStore(rows: places, columns: width) }
  }

  /// Where rows lie in the stores.
  package func places(_ rows: ArraySlice<Int>) -> ArraySlice<Int> {
    rows.map { slots[$0 / partRows] * partRows + $0 % partRows }[...]
  }

  /// The places in which a part is filled: the spare ones, or else its own.
  func freePlaces(for part: Int) -> Range<Int> {
    let slot = hasSpare ? slots[slots.count - 1] : slots[part]
    return slot * partRows..<(slot + 1) * partRows
  }

  /// Whether a part can be filled while all others, and what it held so far, are read.
  var hasSpare: Bool { slots.count * partRows > rowCount }

  /// Makes what was filled in the free places a part.
  ///
  /// - Parameter clean: Which of them stem from the model as it is, counted from the first.
  package mutating func replace(_ part: Int, clean: [Int]) {
    if hasSpare { slots.swapAt(part, slots.count - 1) }
    let rows = part * partRows..<(part + 1) * partRows
    cleanRows.removeAll(where: rows.contains)
    cleanRows += clean.map { rows.lowerBound + $0 }
    cleanRows.sort()
  }
}

extension FeatureInput {
  /// The model's place of that name.
  var hook: HookPoint.Kind {
    switch self {
    case .residMid: .residMid
    case .mlpNormalized: .mlpNormalized
    case .mlpIn: .mlpIn
    }
  }
}

extension FeatureOutput {
  /// The model's place of that name.
  var hook: HookPoint.Kind {
    switch self {
    case .mlpRawOut: .mlpRawOut
    case .mlpOut: .mlpOut
    }
  }
}
