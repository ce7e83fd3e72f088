import LinearAlgebra
import Transcoders

/// The rows computed so far, and the influence that flows through them.
struct KnownRows {
  private let layout: RowLayout
  private var chunks: [EdgeRows] = []
  /// For each row: where it is, what it belongs to, and its outputs' weight or its feature's place.
  private var entries: [(chunk: Int, row: Int, owner: RowOwner)] = []

  init(_ layout: RowLayout) { self.layout = layout }

  /// Adds rows; `owners[i]` owns row i.
  mutating func add(_ rows: EdgeRows, owners: [RowOwner]) {
    entries += owners.enumerated().map { (chunks.count, $0, $1) }
    chunks.append(rows)
  }

  /// Returns the row at a place in the order of adding.
  func row(_ entry: Int) -> (target: RowTarget, weights: ArraySlice<Float>, owner: RowOwner) {
    let (chunk, row, owner) = entries[entry]
    return (chunks[chunk].targets[row], chunks[chunk].row(row), owner)
  }

  var count: Int { entries.count }

  /// Returns the influence that reaches each active feature, in one pass.
  ///
  /// Rows are divided by the sum of their magnitudes; the influence of a feature is Σ over the rows that read it of
  /// the row's own influence · its share. Rows come in descending order of their layer, so each row's own influence is
  /// complete before it is handed on: the sum w·N + w·N² + … without iteration.
  func influence() -> [Double] {
    var influence = [Double](repeating: 0, count: layout.features.count)
    let order = entries.indices.sorted { (target($0).layer, $1) > (target($1).layer, $0) }
    for entry in order {
      let (target, weights, owner) = row(entry)
      let own =
        switch owner {
        case .output(let weight): Double(weight)
        case .feature(let place): influence[place]
        }
      guard own > 0 else { continue }
      let scale = own / max(sumOfMagnitudes(weights), 1e-8)
      for layer in 0..<target.layer {
        let sources = layout.sources(layer: layer, position: target.position)
        let start = weights.startIndex + layout.featureStart(layer: layer, position: target.position)
        addMagnitudes(
          of: weights[start..<start + sources.count], scaledBy: scale, to: &influence, at: sources.lowerBound)
      }
    }
    return influence
  }

  private func target(_ entry: Int) -> RowTarget { chunks[entries[entry].chunk].targets[entries[entry].row] }
}

/// What a row belongs to.
enum RowOwner: Sendable {
  /// An output, with its weight.
  case output(weight: Float)
  /// An active feature, by its place in the list.
  case feature(Int)
}
