import Foundation
public import LinearAlgebra

/// The weights of a small transformer of the Llama form.
///
/// What reads the same numbers lies in one matrix, so that one product serves it: queries, keys and values, and an MLP's
/// gates and ups. The parts are ``Part``.
public struct TransformerParameters: Sendable, Equatable {
  /// A part of a block.
  public enum Part: CaseIterable, Sendable {
    /// The weight of the norm before attention, `[1, dModel]`.
    case attentionNorm
    /// Queries, `[heads · dHead, dModel]`.
    case query
    /// Keys, `[kvHeads · dHead, dModel]`.
    case key
    /// Values, `[kvHeads · dHead, dModel]`.
    case value
    /// What the heads write, `[dModel, heads · dHead]`.
    case output
    /// The weight of the norm before the MLP, `[1, dModel]`.
    case mlpNorm
    /// The gates, `[dMLP, dModel]`.
    case gate
    /// What enters the neurons, `[dMLP, dModel]`.
    case up
    /// What the neurons write, `[dModel, dMLP]`.
    case down
  }

  /// A matrix of a block, as it is stored.
  enum Stored: Int, CaseIterable {
    case attentionNorm
    /// Queries, keys and values under each other.
    case joined
    case output
    case mlpNorm
    /// Gates and ups under each other.
    case gateUp
    case down
  }

  /// The sizes.
  public let settings: TransformerTrainingSettings
  /// The embedding, the matrices of each block, the final norm, and the unembedding where it is not the embedding.
  package var matrices: [Matrix]

  /// Makes weights of zero, and norms of one.
  public init(zeros settings: TransformerTrainingSettings) {
    self.settings = settings
    let (width, joined) = (settings.dModel, (settings.heads + 2 * settings.kvHeads) * settings.dHead)
    let one = Matrix(rows: 1, columns: width, repeating: 1)
    matrices = [Matrix(rows: settings.vocabularySize, columns: width)]
    for _ in 0..<settings.layers {
      matrices += [
        one, Matrix(rows: joined, columns: width),
        Matrix(rows: width, columns: settings.heads * settings.dHead), one,
        Matrix(rows: 2 * settings.dMLP, columns: width), Matrix(rows: width, columns: settings.dMLP),
      ]
    }
    matrices.append(one)
    if !settings.tiesEmbeddings { matrices.append(matrices[0]) }
  }

  /// Makes the first weights of a run: normal random numbers that the seed determines, and norms of one.
  public init(random settings: TransformerTrainingSettings) {
    self.init(zeros: settings)
    let small = settings.initialDeviation / Float(2 * max(settings.layers, 1)).squareRoot()
    for index in matrices.indices where !isNorm(index) {
      var random = NormalNumbers(seed: settings.seed, stream: UInt64(index))
      let deviation = writesIntoStream(index) ? small : settings.initialDeviation
      let (rows, columns) = (matrices[index].rows, matrices[index].columns)
      matrices[index] = Matrix(
        rows: rows, columns: columns, storage: (0..<rows * columns).map { _ in deviation * random.next() })
    }
  }

  // MARK: - Places

  func place(_ stored: Stored, _ layer: Int) -> Int { 1 + layer * Stored.allCases.count + stored.rawValue }

  var finalNormPlace: Int { 1 + settings.layers * Stored.allCases.count }

  /// The place of the unembedding: that of the embedding where they are tied.
  var unembeddingPlace: Int { settings.tiesEmbeddings ? 0 : finalNormPlace + 1 }

  subscript(stored: Stored, layer: Int) -> Matrix { matrices[place(stored, layer)] }

  private func stored(at index: Int) -> Stored? {
    guard (1..<finalNormPlace).contains(index) else { return nil }
    return Stored(rawValue: (index - 1) % Stored.allCases.count)
  }

  /// Whether a matrix is a norm's weight, which does not decay.
  package func isNorm(_ index: Int) -> Bool {
    index == finalNormPlace || stored(at: index) == .attentionNorm || stored(at: index) == .mlpNorm
  }

  private func writesIntoStream(_ index: Int) -> Bool {
    stored(at: index) == .output || stored(at: index) == .down
  }

  // MARK: - Parts

  /// Token embeddings, `[vocabularySize, dModel]`.
  public var embedding: Matrix {
    get { matrices[0] }
    set { replace(0, rows: 0..<matrices[0].rows, with: newValue) }
  }

  /// The weight of the norm before the unembedding, `[1, dModel]`.
  public var finalNorm: Matrix {
    get { matrices[finalNormPlace] }
    set { replace(finalNormPlace, rows: 0..<1, with: newValue) }
  }

  /// The unembedding, `[vocabularySize, dModel]`; the embedding where they are tied.
  public var unembedding: Matrix {
    get { matrices[unembeddingPlace] }
    set { replace(unembeddingPlace, rows: 0..<settings.vocabularySize, with: newValue) }
  }

  /// A part of a block.
  public subscript(part: Part, layer layer: Int) -> Matrix {
    get {
      let (stored, rows) = rows(part)
      return self[stored, layer][rows: rows]
    }
    set {
      let (stored, rows) = rows(part)
      replace(place(stored, layer), rows: rows, with: newValue)
    }
  }

  /// Where a part lies among the rows of a stored matrix.
  private func rows(_ part: Part) -> (Stored, Range<Int>) {
    let (queries, groups) = (settings.heads * settings.dHead, settings.kvHeads * settings.dHead)
    return switch part {
    case .attentionNorm: (.attentionNorm, 0..<1)
    case .query: (.joined, 0..<queries)
    case .key: (.joined, queries..<queries + groups)
    case .value: (.joined, queries + groups..<queries + 2 * groups)
    case .output: (.output, 0..<settings.dModel)
    case .mlpNorm: (.mlpNorm, 0..<1)
    case .gate: (.gateUp, 0..<settings.dMLP)
    case .up: (.gateUp, settings.dMLP..<2 * settings.dMLP)
    case .down: (.down, 0..<settings.dModel)
    }
  }

  private mutating func replace(_ index: Int, rows: Range<Int>, with new: Matrix) {
    let old = matrices[index]
    precondition(
      new.rows == rows.count && new.columns == old.columns, "\(new.shape) in rows \(rows) of \(old.shape)")
    matrices[index] = Matrix(stacking: [
      old[rows: 0..<rows.lowerBound], new, old[rows: rows.upperBound..<old.rows],
    ])
  }
}

/// Normal random numbers that a seed determines (Box and Muller).
private struct NormalNumbers {
  private var random: SplitMix64

  init(seed: UInt64, stream: UInt64) {
    random = SplitMix64(seed: seed &+ (stream &+ 1) &* 0x9e37_79b9_97f4_a7c1)
    _ = random.next()
  }

  mutating func next() -> Float {
    // From 2⁻⁵³ to 1, so that the logarithm is finite.
    let (radius, angle) = (Double((random.next() >> 11) + 1) * 0x1p-53, Double(random.next() >> 11) * 0x1p-53)
    return Float((-2 * log(radius)).squareRoot() * cos(2 * Double.pi * angle))
  }
}
