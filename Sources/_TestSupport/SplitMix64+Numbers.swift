public import LinearAlgebra

extension SplitMix64 {
  /// Returns numbers drawn evenly around `mean` with this standard deviation.
  public mutating func numbers(_ count: Int, deviation: Float = 1, mean: Float = 0) -> [Float] {
    let reach = deviation * Float(3).squareRoot()
    return (0..<count).map { _ in mean + Float.random(in: -reach...reach, using: &self) }
  }

  /// Returns a matrix of such numbers.
  public mutating func matrix(_ rows: Int, _ columns: Int, deviation: Float = 1) -> Matrix {
    Matrix(rows: rows, columns: columns, storage: numbers(rows * columns, deviation: deviation))
  }

  /// Returns token ids below `vocabulary`.
  public mutating func tokens(_ count: Int, vocabulary: Int) -> [Int] {
    (0..<count).map { _ in Int.random(in: 0..<vocabulary, using: &self) }
  }
}
