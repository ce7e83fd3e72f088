public import FeatureDashboards
public import LinearAlgebra

/// A feature's activation over pairs of operands (biology paper, "Addition": operand plots).
public struct OperandPlot: Sendable, Codable, Equatable {
  /// The feature.
  public var feature: FeatureName
  /// The pairs.
  public var grid: OperandGrid
  /// The activation of each cell of the grid, in its order.
  public var values: [Float]

  /// Takes values that were read.
  public init(feature: FeatureName, grid: OperandGrid, values: [Float]) {
    precondition(values.count == grid.count, "\(values.count) values for \(grid.count) cells")
    self.feature = feature
    self.grid = grid
    self.values = values
  }

  /// The greatest activation, by magnitude.
  public var greatest: Float { values.max { abs($0) < abs($1) } ?? 0 }

  /// The share of cells that are not zero.
  public var density: Double { Double(values.count { $0 != 0 }) / Double(values.count) }

  /// `rows[i][j]` belongs to the i-th first and the j-th second operand.
  public var rows: [[Double]] {
    grid.a.indices.map { i in grid.b.indices.map { Double(values[i * grid.b.count + $0]) } }
  }

  /// Pearson's correlation with another plot over the same grid; nil where one of them is constant.
  public func correlation(with other: OperandPlot) -> Double? {
    precondition(grid == other.grid, "plots over different operands")
    let (mine, its) = (values.map(Double.init).centred, other.values.map(Double.init).centred)
    let product = { (x: [Double], y: [Double]) in zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
    let norm = (product(mine, mine) * product(its, its)).squareRoot()
    return norm > 0 ? product(mine, its) / norm : nil
  }
}

extension FeatureProbe {
  /// Returns the operand plots of some features.
  ///
  /// - Parameters:
  ///   - position: Where to read; a negative one counts from the end: −1 is where the answer begins.
  ///   - prompts: The tokens of each cell of the grid, in its order, each with the position.
  ///   - progress: Told how many cells are read; what it throws ends the work.
  public func operandPlots(
    of features: [FeatureName], over grid: OperandGrid, at position: Int, prompts: [[Int]],
    _ workers: Workers,
    progress: (Int) throws -> Void = { _ in }
  ) rethrows -> [OperandPlot] {
    precondition(prompts.count == grid.count, "\(prompts.count) prompts for \(grid.count) cells")
    var cells: [[Float]] = []
    while cells.count < prompts.count {
      let batch = Array(prompts[cells.count..<min(cells.count + 32 * workers.count, prompts.count)])
      cells += workers.map(batch) { tokens in
        activations(tokens, of: features, at: position < 0 ? tokens.count + position : position)
      }
      try progress(cells.count)
    }
    return features.enumerated().map { place, feature in
      OperandPlot(feature: feature, grid: grid, values: cells.map { $0[place] })
    }
  }
}

extension [Double] {
  /// The numbers less their mean.
  fileprivate var centred: [Double] {
    let mean = reduce(0, +) / Double(count)
    return map { $0 - mean }
  }
}
