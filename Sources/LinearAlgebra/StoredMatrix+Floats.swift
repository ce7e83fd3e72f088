extension StoredMatrix {
  /// Returns all the numbers widened, row after row (`rows * columns` floats).
  public func floats() -> [Float] {
    let count = rows * columns
    return [Float](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      guard let out = buffer.baseAddress, count > 0 else { return }
      widen(rows: 0..<rows, to: out)
      initializedCount = count
    }
  }
}
