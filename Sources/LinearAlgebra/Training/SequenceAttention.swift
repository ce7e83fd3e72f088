import _LinearAlgebraShims

/// Causal attention of many short sequences that lie behind each other in the rows of one matrix.
///
/// A row holds the queries of all heads, then the keys and then the values of all groups, queries and keys rotated:
/// `[tokens, (headCount + 2 · groups) · dHead]`.
public struct SequenceAttention: Sendable {
  /// The rows of each sequence; they follow each other without gaps, from row 0.
  public let sequences: [Range<Int>]
  /// The number of query heads.
  public let headCount: Int
  /// The number of key and value heads; `headCount / groups` query heads share each.
  public let groups: Int
  /// The width of a head.
  public let dHead: Int
  /// Where each sequence's part of the patterns begins, and the end of the last one.
  private let starts: [Int]

  /// Describes the attention; scores are divided by √dHead.
  public init(sequences: [Range<Int>], headCount: Int, groups: Int, dHead: Int) {
    precondition(headCount % groups == 0, "\(headCount) heads in \(groups) groups")
    var (rows, starts) = (0, [0])
    for sequence in sequences {
      precondition(sequence.lowerBound == rows && !sequence.isEmpty, "rows \(sequence) behind \(rows)")
      rows = sequence.upperBound
      starts.append(starts[starts.count - 1] + headCount * sequence.count * padded(sequence.count))
    }
    self.sequences = sequences
    self.headCount = headCount
    self.groups = groups
    self.dHead = dHead
    self.starts = starts
  }

  /// What the heads read, `[tokens, headCount · dHead]`, and the patterns that `pull` needs.
  public struct Output: Sendable {
    /// What each head reads: Σ over keys of weight · value.
    public var read: Matrix
    /// The patterns of all heads of all sequences.
    var patterns: [Float]
  }

  private var columns: Int { (headCount + 2 * groups) * dHead }
  private var scale: Float { 1 / Float(dHead).squareRoot() }

  /// Lets every position read of the positions of its sequence up to itself.
  public func callAsFunction(_ joined: Matrix, _ workers: Workers) -> Output {
    precondition(joined.columns == columns && joined.rows == sequences.last?.upperBound ?? 0, joined.shape)
    var read = Matrix(rows: joined.rows, columns: headCount * dHead)
    var patterns = [Float](repeating: 0, count: starts[sequences.count])
    let attend = la_training_best().pointee.attend
    read.update { out in
      patterns.withUnsafeMutableBufferPointer { patterns in
        joined.storage.withUnsafeBufferPointer { joined in
          guard let joined = joined.baseAddress, let patterns = patterns.baseAddress, let attend else {
            return
          }
          workers.forEach(sequences.count, scratch: longest * dHead) { index, scratch in
            let (sequence, size) = (sequences[index], patternSize(index))
            let row = joined + sequence.lowerBound * columns
            for head in 0..<headCount {
              let key = (headCount + head / (headCount / groups)) * dHead
              attend(
                sequence.count, dHead, scale, row + head * dHead, row + key, row + key + groups * dHead,
                columns,
                patterns + starts[index] + head * size,
                out + sequence.lowerBound * headCount * dHead + head * dHead, headCount * dHead, scratch)
            }
          }
        }
      }
    }
    return Output(read: read, patterns: patterns)
  }

  /// Carries gradients at what the heads read, `[tokens, headCount · dHead]`, back to the joined rows, through the softmax.
  ///
  /// For each head, with P the pattern and G the gradient: values gain Pᵀ · G; the scores' gradient is
  /// S = P ∘ (D − Σ over keys of P ∘ D) with D = G · Vᵀ; queries get S · K / √dHead and keys gain Sᵀ · Q / √dHead.
  ///
  /// - Parameter output: What the call with `joined` gave.
  public func pull(_ gradient: Matrix, _ output: Output, _ joined: Matrix, _ workers: Workers) -> Matrix {
    precondition(gradient.rows == joined.rows && gradient.columns == headCount * dHead, gradient.shape)
    var result = Matrix(rows: joined.rows, columns: columns)
    let pull = la_training_best().pointee.attend_pull
    result.update { out in
      withBases(gradient, output, joined) { gradient, patterns, joined in
        guard let pull else { return }
        workers.forEach(sequences.count, scratch: longest * (dHead + longest)) { index, scratch in
          let (sequence, size) = (sequences[index], patternSize(index))
          let (row, place) = (joined + sequence.lowerBound * columns, out + sequence.lowerBound * columns)
          for head in 0..<headCount {
            let key = (headCount + head / (headCount / groups)) * dHead
            let value = key + groups * dHead
            pull(
              sequence.count, dHead, scale, row + head * dHead, row + key, row + value, columns,
              patterns + starts[index] + head * size,
              gradient + sequence.lowerBound * headCount * dHead + head * dHead, headCount * dHead,
              place + head * dHead, place + key, place + value, columns, scratch)
          }
        }
      }
    }
    return result
  }

  private func withBases(
    _ gradient: Matrix, _ output: Output, _ joined: Matrix,
    _ body: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>) -> Void
  ) {
    gradient.storage.withUnsafeBufferPointer { gradient in
      output.patterns.withUnsafeBufferPointer { patterns in
        joined.storage.withUnsafeBufferPointer { joined in
          guard let gradient = gradient.baseAddress, let patterns = patterns.baseAddress,
            let joined = joined.baseAddress
          else { return }
          body(gradient, patterns, joined)
        }
      }
    }
  }

  /// Numbers of a head's pattern of a sequence.
  private func patternSize(_ index: Int) -> Int { sequences[index].count * padded(sequences[index].count) }

  /// The longest sequence's length, in whole lanes.
  private var longest: Int { padded(sequences.lazy.map(\.count).max() ?? 0) }
}

/// A length rounded up to whole lanes, as the loops lay out rows of a pattern.
private func padded(_ count: Int) -> Int { (count + 15) / 16 * 16 }
