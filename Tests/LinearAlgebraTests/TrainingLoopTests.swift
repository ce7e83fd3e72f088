import Foundation
import LinearAlgebra
import Testing
import _LinearAlgebraShims
import _TestSupport

extension KernelLevel {
  func training() throws -> la_training { try #require(la_training_at(la_level(rawValue: raw))).pointee }
}

@Suite("The loops of training a small transformer")
struct TrainingLoopTests {
  @Test("Attention over short sequences and its gradient are those of a pattern", arguments: KernelLevel.all)
  func attention(level: KernelLevel) throws {
    let loops = try level.training()
    var random = SplitMix64(seed: 1)
    for count in [1, 2, 3, 4, 5, 15, 16, 17, 31, 33, 64] {
      for width in [2, 6, 16, 24, 32] {
        let (stride, scale) = (3 * width + 1, 1 / Float(width).squareRoot())
        let joined = random.matrix(count, stride), gradient = random.matrix(count, width + 2)
        let part = { (first: Int) in joined.picking(columns: Array(first * width..<(first + 1) * width)) }
        let operands = AttentionOperands(queries: part(0), keys: part(1), values: part(2))
        let rule = AttentionPattern.Rule(scale: scale)
        let expected = AttentionPattern(
          queries: operands.queries, keys: operands.keys, headCount: 1, groups: 1, rule: rule,
          Workers(count: 1))
        let padded = (count + 15) / 16 * 16
        var pattern = [Float](repeating: 7, count: count * padded)
        var out = [Float](repeating: 7, count: count * (width + 2))
        var scratch = [Float](repeating: .nan, count: padded * (width + count))
        joined.storage.withUnsafeBufferPointer { base in
          guard let q = base.baseAddress else { return }
          loops.attend(
            count, width, scale, q, q + width, q + 2 * width, stride, &pattern, &out, width + 2, &scratch)
        }
        for row in 0..<count {
          let seen = pattern[row * padded..<row * padded + row + 1]
          let wanted = expected.weights[row * count..<row * count + row + 1]
          #expect(Difference(seen, wanted, absolute: 1e-6) == nil, "\(count) × \(width)")
          #expect(pattern[row * padded + row + 1..<row * padded + (row / 16 + 1) * 16].allSatisfy { $0 == 0 })
        }
        let read = Matrix(rows: count, columns: width + 2, storage: out)
        let mixed = expected.mix(operands.values, groups: 1, Workers(count: 1))
        #expect(
          Difference(read.picking(columns: Array(0..<width)), mixed, absolute: 2e-6, relative: 1e-5) == nil)
        #expect(read.picking(columns: [width, width + 1]).storage.allSatisfy { $0 == 7 })

        let own = gradient.picking(columns: Array(0..<width))
        let pulled = expected.pull(own, to: operands, groups: 1, rule: rule, Workers(count: 1))
        var found = [Float](repeating: 0.5, count: count * stride)
        joined.storage.withUnsafeBufferPointer { base in
          found.withUnsafeMutableBufferPointer { found in
            guard let q = base.baseAddress, let d = found.baseAddress else { return }
            loops.attend_pull(
              count, width, scale, q, q + width, q + 2 * width, stride, pattern, gradient.storage, width + 2,
              d, d + width, d + 2 * width, stride, &scratch)
          }
        }
        let result = Matrix(rows: count, columns: stride, storage: found)
        // Queries are set; keys and values are added to.
        let added = Matrix(rows: count, columns: width, repeating: 0.5)
        for (place, wanted) in [pulled.queries, pulled.keys + added, pulled.values + added].enumerated() {
          let columns = Array(place * width..<(place + 1) * width)
          #expect(
            Difference(result.picking(columns: columns), wanted, absolute: 5e-6, relative: 1e-5) == nil,
            "part \(place), \(count) × \(width)")
        }
        #expect(result.picking(columns: [stride - 1]).storage.allSatisfy { $0 == 0.5 })
      }
    }
  }

  @Test("Norms, gates, losses and turns are what the formulas say", arguments: KernelLevel.all)
  func rows(level: KernelLevel) throws {
    let loops = try level.training()
    var random = SplitMix64(seed: 2)
    for width in [1, 7, 15, 16, 17, 48, 100] {
      let x = random.matrix(3, width), weight = random.numbers(width), g = random.matrix(3, width)
      var (normalized, out) = (
        [Float](repeating: 7, count: 3 * width), [Float](repeating: 7, count: 3 * width)
      )
      var scales = [Float](repeating: 7, count: 3)
      loops.norm(3, width, 0.01, x.storage, weight, &normalized, &out, &scales)
      var byWeight = [Float](repeating: 0.5, count: width), byX = [Float](repeating: 0.25, count: 3 * width)
      loops.norm_pull(3, width, g.storage, weight, normalized, scales, &byWeight, &byX)
      for row in 0..<3 {
        let values = x[row: row].map { Double($0) }, gradients = g[row: row].map { Double($0) }
        let scale = (values.reduce(0) { $0 + $1 * $1 } / Double(width) + 0.01).squareRoot()
        #expect(abs(Double(scales[row]) - scale) < 1e-6 * scale + 1e-6)
        let n = values.map { $0 / scale }
        let at = zip(gradients, weight).map { $0 * Double($1) }
        let share = zip(at, n).reduce(0) { $0 + $1.0 * $1.1 } / Double(width)
        for column in 0..<width {
          let place = row * width + column
          #expect(abs(Double(out[place]) - n[column] * Double(weight[column])) < 1e-5)
          #expect(abs(Double(byX[place]) - 0.25 - (at[column] - share * n[column]) / scale) < 2e-5 / scale)
        }
      }
      for column in 0..<width {
        let sum = (0..<3).reduce(0.5) { $0 + Double(g[$1, column]) * Double(normalized[$1 * width + column]) }
        #expect(abs(Double(byWeight[column]) - sum) < 1e-5)
      }
      try gates(loops, width, &random)
      try losses(loops, width, &random)
      try turns(loops, width, &random)
    }
  }

  private func gates(_ loops: la_training, _ count: Int, _ random: inout SplitMix64) throws {
    let (gate, up, g) = (random.numbers(count, deviation: 4), random.numbers(count), random.numbers(count))
    var byGate = [Float](repeating: 7, count: count), byUp = byGate
    loops.gate_pull(count, gate, up, g, &byGate, &byUp)
    for place in 0..<count {
      let (x, factor) = (Double(gate[place]), Double(g[place]))
      let share = 1 / (1 + exp(-x))
      #expect(abs(Double(byUp[place]) - factor * x * share) < 1e-5)
      let slope = share + x * share * (1 - share)
      #expect(abs(Double(byGate[place]) - factor * Double(up[place]) * slope) < 1e-5)
    }
  }

  private func losses(_ loops: la_training, _ count: Int, _ random: inout SplitMix64) throws {
    let row = random.numbers(count, deviation: 5), target = Int.random(in: 0..<count, using: &random)
    var gradient = row
    let loss = loops.cross_entropy(count, &gradient, target, 0.5)
    let exponentials = row.map { exp(Double($0)) }
    let sum = exponentials.reduce(0, +)
    #expect(abs(Double(loss) + log(exponentials[target] / sum)) < 1e-5)
    for place in 0..<count {
      let expected = 0.5 * (exponentials[place] / sum - (place == target ? 1 : 0))
      #expect(abs(Double(gradient[place]) - expected) < 1e-6)
    }
  }

  private func turns(_ loops: la_training, _ half: Int, _ random: inout SplitMix64) throws {
    let x = random.numbers(2 * (2 * half + 1))
    let (c, s) = (random.numbers(half), random.numbers(half))
    var turned = x
    loops.rotate(2, 2 * half + 1, half, c, s, &turned)
    for head in 0..<2 {
      let start = head * (2 * half + 1)
      for pair in 0..<half {
        let (a, b) = (x[start + pair], x[start + half + pair])
        #expect(abs(turned[start + pair] - (a * c[pair] - b * s[pair])) < 1e-5)
        #expect(abs(turned[start + half + pair] - (b * c[pair] + a * s[pair])) < 1e-5)
      }
      #expect(turned[start + 2 * half] == x[start + 2 * half])
    }
  }

  @Test("A level beyond the processor's has no loops")
  func beyond() {
    #expect(la_training_at(la_level(rawValue: la_best_level().rawValue + 1)) == nil)
  }

  @Test("An immense loss is a number, and one of no number is none", arguments: KernelLevel.all)
  func extremes(level: KernelLevel) throws {
    let loops = try level.training()
    var row: [Float] = [1e30, -1e30, 0]
    #expect(loops.cross_entropy(3, &row, 1, 1) == 2e30 && row == [1, -1, 0])
    var broken: [Float] = [1, .nan, 0]
    #expect(loops.cross_entropy(3, &broken, 0, 1).isNaN)
  }
}

@Suite("Many short sequences at once")
struct SequenceAttentionTests {
  @Test("Each sequence is attended to alone, heads share groups, and the gradient is that of the patterns")
  func sequences() {
    var random = SplitMix64(seed: 6)
    let (heads, groups, width) = (6, 2, 8)
    let sequences = [0..<1, 1..<20, 20..<23, 23..<55]
    let joined = random.matrix(55, (heads + 2 * groups) * width), gradient = random.matrix(55, heads * width)
    let attention = SequenceAttention(sequences: sequences, headCount: heads, groups: groups, dHead: width)
    let output = attention(joined, Workers(count: 2))
    let pulled = attention.pull(gradient, output, joined, Workers(count: 2))
    let rule = AttentionPattern.Rule(scale: 1 / Float(width).squareRoot())
    for rows in sequences {
      let part = { (columns: Range<Int>) in joined[rows: rows].picking(columns: Array(columns)) }
      let (keys, values) = (heads * width, (heads + groups) * width)
      let operands = AttentionOperands(
        queries: part(0..<keys), keys: part(keys..<values), values: part(values..<joined.columns))
      let pattern = AttentionPattern(
        queries: operands.queries, keys: operands.keys, headCount: heads, groups: groups, rule: rule,
        Workers(count: 1))
      let read = pattern.mix(operands.values, groups: groups, Workers(count: 1))
      #expect(Difference(output.read[rows: rows], read, absolute: 5e-6) == nil)
      let expected = pattern.pull(
        gradient[rows: rows], to: operands, groups: groups, rule: rule, Workers(count: 1))
      let found = pulled[rows: rows]
      #expect(
        Difference(found.picking(columns: Array(0..<keys)), expected.queries, absolute: 1e-5) == nil)
      #expect(Difference(found.picking(columns: Array(keys..<values)), expected.keys, absolute: 1e-5) == nil)
      #expect(
        Difference(found.picking(columns: Array(values..<joined.columns)), expected.values, absolute: 1e-5)
          == nil)
    }
    for count in [1, 3] {
      let again = attention(joined, Workers(count: count))
      #expect(again.read == output.read)
      #expect(attention.pull(gradient, again, joined, Workers(count: count)) == pulled)
    }
  }

  @Test("Turns are those of the table for each sequence, and turning back undoes them")
  func turns() {
    var random = SplitMix64(seed: 7)
    let table = RotaryTable(frequencies: [1, 0.3, 0.05])
    let sequences = [0..<4, 4..<5, 5..<12]
    let start = random.matrix(12, 32)
    var found = start
    let turns = RotaryTurns(table, positions: 7)
    turns.rotate(&found, heads: 3, dHead: 8, sequences: sequences)
    for rows in sequences {
      var expected = start[rows: rows].picking(columns: Array(0..<24))
      table.rotate(&expected, dHead: 8, firstPosition: 0)
      #expect(
        Difference(found[rows: rows].picking(columns: Array(0..<24)), expected, absolute: 1e-6) == nil)
    }
    #expect(found.picking(columns: Array(24..<32)) == start.picking(columns: Array(24..<32)))
    turns.rotate(&found, heads: 3, dHead: 8, sequences: sequences, backwards: true)
    #expect(Difference(found, start, absolute: 1e-6) == nil)
  }

  @Test("Rows are picked, and added to the rows they were picked from")
  func rows() {
    let table = Matrix(rows: 3, columns: 2, storage: [1, 2, 3, 4, 5, 6])
    #expect(table.picking(rows: [2, 0, 2]).storage == [5, 6, 1, 2, 5, 6])
    #expect(table.picking(rows: []).rows == 0)
    var sums = table
    sums.add(Matrix(rows: 3, columns: 2, storage: [1, 1, 10, 10, 100, 100]), toRows: [2, 0, 2])
    #expect(sums.storage == [11, 12, 3, 4, 106, 107])
  }

  @Test("Decoupled decay takes its share of a weight before Adam's step, where there is a gradient")
  func decay() {
    let start = Matrix(rows: 2, columns: 1, storage: [1, 1])
    var step = AdamStep(number: 1, rate: 0.1)
    step.decay = 0.5
    var (plain, decayed) = (start, start)
    let gradient = Matrix(rows: 2, columns: 1, storage: [2, 2])
    for isDecayed in [false, true] {
      var moments = AdamMoments(rows: 2, columns: 1)
      var parameters = start
      step.decay = isDecayed ? 0.5 : 0
      moments.update(
        &parameters, gradient: gradient, isTouched: { $0 == 0 }, step: step, Workers(count: 1))
      if isDecayed { decayed = parameters } else { plain = parameters }
    }
    #expect(abs(plain[0, 0] - 0.9) < 1e-6 && abs(decayed[0, 0] - 0.85) < 1e-6)
    #expect(plain[1, 0] == 1 && decayed[1, 0] == 1)
  }
}
