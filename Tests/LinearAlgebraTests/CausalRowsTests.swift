import LinearAlgebra
import Testing
import _TestSupport

@Suite("Causal rows")
struct CausalRowsTests {
  static let shapes = [
    AttentionShape(positions: 9, width: 7, heads: 4, groups: 2, dHead: 3),
    AttentionShape(positions: 6, width: 33, heads: 3, groups: 3, dHead: 16),
    AttentionShape(positions: 11, width: 20, heads: 2, groups: 1, dHead: 37),
    AttentionShape(positions: 5, width: 64, heads: 9, groups: 3, dHead: 64),
    AttentionShape(positions: 2, width: 1, heads: 1, groups: 1, dHead: 1),
    AttentionShape(positions: 14, width: 18, heads: 2, groups: 2, dHead: 48),
  ]

  let workers = Workers(count: 2)

  @Test(
    "Gradients through several layers, with targets joining between, are those of dense loops",
    arguments: shapes)
  func layers(shape: AttentionShape) {
    var random = SplitMix64(seed: 1)
    let lastPositions = (0..<23).map { _ in random.length(0...shape.positions - 1) }
    var rows = CausalRows(width: shape.width)
    rows.begin(lastPositions: lastPositions)
    var dense = DenseRows(width: shape.width, lastPositions: lastPositions)
    for joining in [3, 0, 12, 8] {
      let directions = random.matrix(joining, shape.width)
      rows.join(directions)
      dense.join(directions)
      let attention = shape.attention(&random, window: joining == 12 ? 2 : nil)
      let reach = rows.pull(through: attention, workers)
      let twin = dense.pull(through: attention).map { Float($0) }
      #expect(Difference(reach, twin, absolute: 1e-4, relative: 1e-4) == nil)
      #expect(Difference(rows.allRows, dense.allRows, absolute: 1e-4, relative: 1e-4) == nil)
    }
    #expect(rows.joined == 23)
  }

  @Test("Skip connections add the factor of the position times the map", arguments: shapes)
  func skip(shape: AttentionShape) {
    var random = SplitMix64(seed: 2)
    let lastPositions = (0..<9).map { _ in random.length(0...shape.positions - 1) }
    var rows = CausalRows(width: shape.width)
    rows.begin(lastPositions: lastPositions)
    var dense = DenseRows(width: shape.width, lastPositions: lastPositions)
    for joining in [5, 4] {
      let directions = random.matrix(joining, shape.width)
      let skip = random.matrix(shape.width, shape.width), factors = random.numbers(shape.positions)
      rows.join(directions)
      dense.join(directions)
      rows.pull(through: PulledSkip(map: skip, factors: factors), workers)
      dense.pull(throughSkip: skip, factors: factors)
      #expect(Difference(rows.allRows, dense.allRows, absolute: 2e-4, relative: 1e-4) == nil)
    }
  }

  @Test("A skip connection beside attention takes the same gradients as attention", arguments: shapes)
  func beside(shape: AttentionShape) {
    var random = SplitMix64(seed: 7)
    let lastPositions = (0..<9).map { _ in random.length(0...shape.positions - 1) }
    var rows = CausalRows(width: shape.width)
    rows.begin(lastPositions: lastPositions)
    var behind = DenseRows(width: shape.width, lastPositions: lastPositions)
    let directions = random.matrix(9, shape.width)
    rows.join(directions)
    behind.join(directions)
    var (attended, skipped) = (behind, behind)
    let attention = shape.attention(&random, window: nil)
    let skip = PulledSkip(
      map: random.matrix(shape.width, shape.width), factors: random.numbers(shape.positions))
    let reach = rows.pull(through: attention, beside: skip, workers)
    let twin = attended.pull(through: attention).map { Float($0) }
    skipped.pull(throughSkip: skip.map, factors: skip.factors)
    #expect(Difference(reach, twin, absolute: 1e-4, relative: 1e-4) == nil)
    let expected = attended.allRows + (skipped.allRows - behind.allRows)
    #expect(Difference(rows.allRows, expected, absolute: 2e-4, relative: 1e-4) == nil)
  }

  @Test("Starting anew with fewer and with more targets leaves nothing of before")
  func reuse() {
    var random = SplitMix64(seed: 3)
    let shape = Self.shapes[0]
    let attention = shape.attention(&random)
    var rows = CausalRows(width: shape.width)
    for lastPositions in [[8, 8, 3, 7], [2], [0, 0], [], [1, 8, 8, 8, 8, 5]] {
      let directions = random.matrix(lastPositions.count, shape.width)
      rows.begin(lastPositions: lastPositions)
      rows.join(directions)
      var dense = DenseRows(width: shape.width, lastPositions: lastPositions)
      dense.join(directions)
      let reach = rows.pull(through: attention, workers)
      #expect(Difference(reach, dense.pull(through: attention).map { Float($0) }, absolute: 1e-4) == nil)
      #expect(Difference(rows.allRows, dense.allRows, absolute: 1e-4) == nil)
      #expect(rows.rowCount == lastPositions.reduce(0, +))
    }
  }

  @Test("Rows are told by target and position, and what is added lands in its place")
  func places() {
    var random = SplitMix64(seed: 4)
    var rows = CausalRows(width: 5)
    rows.begin(lastPositions: [2, 0, 3, 1])
    #expect(rows.positionOfRow == [1, 1, 1, 2, 2, 3])
    #expect(rows.targetsOfRows == [0, 2, 3, 0, 2, 2])
    let directions = random.matrix(4, 5)
    rows.join(directions)
    #expect(rows.row(target: 0, position: 2) == directions[row: 0])
    #expect(rows.row(target: 2, position: 3) == directions[row: 2])
    #expect(rows.row(target: 3, position: 1) == directions[row: 3])
    #expect(rows.row(target: 2, position: 1).allSatisfy { $0 == 0 })
    let before = rows.allRows, delta = random.matrix(6, 5)
    rows.add(delta)
    #expect(Difference(rows.allRows, before + delta, absolute: 1e-6) == nil)
  }

  /// Sources at every position, in several segments, of more vectors than are gathered at a time.
  private func sites(
    _ random: inout SplitMix64, width: Int, positions: Int, targets: Int
  ) -> (sites: [(position: Int, segments: [SourceSegment])], edges: Int) {
    let vectors = [
      random.stored(50, blocks: width, .f32),
      random.stored(60, blocks: width, .bf16).everyRow(from: 1, by: 3),
    ]
    let counts = (0..<positions).map { _ in [random.length(0...150), 128, random.length(1...40)] }
    let perTarget = counts.joined().reduce(0, +) + 4
    var offset = 1
    let starts = (0..<targets).map { $0 * perTarget + 2 }
    let sites = counts.enumerated().map { position, counts in
      let segments = counts.enumerated().map { index, count in
        let source = vectors[index % 2]
        let rows = [0] + (0..<count).map { _ in Int32(random.length(0...source.rows - 1)) }
        defer { offset += count }
        return SourceSegment(
          vectors: source, rows: rows[1...], scales: ([9] + random.numbers(count))[1...], starts: starts,
          offset: offset)
      }
      return (position: position, segments: segments)
    }
    return (sites, targets * perTarget + 4)
  }

  @Test(
    "Direct effects are the dot products of what is written with the gradient there",
    arguments: [false, true])
  func contraction(hasFactors: Bool) {
    var random = SplitMix64(seed: 5)
    let (width, positions) = (11, 4)
    let lastPositions = [3, 1, 0, 2, 3, 3, 1]
    let factors = hasFactors ? random.numbers(width) : nil
    let (sites, count) = sites(&random, width: width, positions: positions, targets: lastPositions.count)
    var rows = CausalRows(width: width)
    rows.begin(lastPositions: lastPositions)
    var dense = DenseRows(width: width, lastPositions: lastPositions)
    let shape = AttentionShape(positions: positions, width: width, heads: 2, groups: 1, dHead: 5)
    var edges = [Float](repeating: 1, count: count), twin = edges
    for joining in [4, 3] {
      let directions = random.matrix(joining, width)
      let attention = shape.attention(&random)
      rows.join(directions)
      dense.join(directions)
      _ = rows.pull(through: attention, workers)
      _ = dense.pull(through: attention)
      rows.contract(sites, factors: factors, into: &edges, workers)
      dense.contract(sites, factors: factors, into: &twin)
      #expect(Difference(edges, twin, absolute: 5e-4, relative: 1e-4) == nil)
    }
  }

  @Test("Gradients and effects are the same bits for 1, 2, 3 and 7 workers")
  func sameBits() {
    let results = [1, 2, 3, 7].map { count in
      var random = SplitMix64(seed: 6)
      let workers = Workers(count: count)
      let shape = AttentionShape(positions: 12, width: 40, heads: 4, groups: 2, dHead: 24)
      let lastPositions = (0..<150).map { _ in random.length(0...11) }
      let (sites, edgeCount) = sites(&random, width: 40, positions: 12, targets: 150)
      var rows = CausalRows(width: 40)
      rows.begin(lastPositions: lastPositions)
      rows.join(random.matrix(150, 40))
      let reach = rows.pull(through: shape.attention(&random), workers)
      rows.pull(
        through: PulledSkip(map: random.matrix(40, 40), factors: random.numbers(12)), workers)
      var edges = [Float](repeating: 0, count: edgeCount)
      rows.contract(sites, factors: nil, into: &edges, workers)
      return [reach, rows.allRows.storage, edges]
    }
    for result in results.dropFirst() { #expect(result == results[0]) }
  }
}
