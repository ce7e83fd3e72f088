import _LinearAlgebraShims

extension AttentionPattern {
  /// Carries gradients at the heads' outputs back to the values: the transpose of ``mix(_:groups:_:)``.
  ///
  /// - Parameter outputs: `[queryCount, headCount · dHead]`.
  /// - Returns: Σ over queries of weight · gradient, heads of a group added up, `[keyCount, groups · dHead]`.
  public func pull(_ outputs: Matrix, groups: Int, _ workers: Workers) -> Matrix {
    let (wide, width, shared) = (outputs.columns, outputs.columns / headCount, headCount / groups)
    precondition(
      outputs.rows == queryCount && wide % headCount == 0 && headCount % groups == 0,
      "gradients \(outputs.shape) of \(queryCount) queries, \(headCount) heads in \(groups) groups")
    let (queryCount, keyCount) = (queryCount, keyCount)
    var result = Matrix(rows: keyCount, columns: groups * width)
    result.update { out in
      weights.withUnsafeBufferPointer { pattern in
        outputs.storage.withUnsafeBufferPointer { gradients in
          guard let pattern = pattern.baseAddress, let gradients = gradients.baseAddress else { return }
          workers.forEach(headCount / shared) { group in
            for head in group * shared..<(group + 1) * shared {
              for query in 0..<queryCount {
                let row = pattern + (head * queryCount + query) * keyCount
                let gradient = gradients + query * wide + head * width
                for key in 0..<keyCount where row[key] != 0 {
                  la_axpy(row[key], gradient, out + (key * groups + group) * width, width)
                }
              }
            }
          }
        }
      }
    }
    return result
  }
}
