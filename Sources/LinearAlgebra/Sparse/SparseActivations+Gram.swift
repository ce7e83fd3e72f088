extension SparseActivations {
  /// Returns Aᵀ · diag(weights) · A, `[features, features]`, visiting only features that are active together.
  public func gram(weights: [Float], _ workers: Workers) -> Matrix {
    precondition(weights.count == positionCount, "\(weights.count) weights, \(positionCount) positions")
    let lists = FeatureLists(self)
    var gram = Matrix(rows: featureCount, columns: featureCount)
    let (count, block) = (featureCount, 32)
    gram.update { out in
      withBuffers { starts, features, values in
        workers.forEach((count + block - 1) / block) { task in
          for feature in task * block..<min(count, (task + 1) * block) {
            let row = out + feature * count
            for place in lists.range(feature) {
              let position = Int(lists.positions[place])
              let value = values[Int(lists.entries[place])] * weights[position]
              for other in starts[position]..<starts[position + 1] {
                row[Int(features[other])] += value * values[other]
              }
            }
          }
        }
      }
    }
    return gram
  }

  private func withBuffers(
    _ body: (UnsafePointer<Int>, UnsafePointer<Int32>, UnsafePointer<Float>) -> Void
  ) {
    starts.withUnsafeBufferPointer { starts in
      features.withUnsafeBufferPointer { features in
        values.withUnsafeBufferPointer { values in
          if let starts = starts.baseAddress, let features = features.baseAddress,
            let values = values.baseAddress
          {
            body(starts, features, values)
          }
        }
      }
    }
  }
}
