import LinearAlgebra
import Testing
import _TestSupport

@Suite("Workers")
struct WorkersTests {
  @Test("Every task runs once, whatever the number of workers", arguments: [1, 2, 3, 7, 64])
  func everyTask(count: Int) {
    for tasks in [0, 1, 2, 6, 7, 8, 1000] {
      var runs = [Int](repeating: 0, count: tasks)
      runs.withUnsafeMutableBufferPointer { runs in
        guard let runs = runs.baseAddress else { return }
        Workers(count: count).forEach(tasks) { runs[$0] += 1 }
      }
      #expect(runs == Array(repeating: 1, count: tasks))
    }
  }

  @Test("Scratch memory belongs to one worker at a time")
  func scratch() {
    var sums = [Float](repeating: 0, count: 200)
    sums.withUnsafeMutableBufferPointer { sums in
      guard let sums = sums.baseAddress else { return }
      Workers(count: 4).forEach(200, scratch: 512) { task, scratch in
        for place in 0..<512 { scratch[place] = Float(task) }
        sums[task] = (0..<512).reduce(0) { $0 + scratch[$1] }
      }
    }
    #expect(sums == (0..<200).map { Float($0 * 512) })
  }

  @Test("There is at least one worker, and by default one for each processor")
  func counts() {
    #expect(Workers(count: 0).count == 1 && Workers(count: -3).count == 1)
    #expect(Workers().count == Workers.processorCount && Workers.processorCount >= 1)
  }

  @Test("Results are the same bits for 1, 2, 3 and 7 workers")
  func sameBits() {
    var random = SplitMix64(seed: 1)
    let x = random.matrix(301, 257), weights = random.stored(403, blocks: 257, .bf16)
    let square = random.matrix(257, 97), keys = random.matrix(301, 64), values = random.matrix(301, 64)
    let maps = random.matrix(257, 256, deviation: 0.1)
    let results = [1, 2, 3, 7].map { count in
      let workers = Workers(count: count)
      let pattern = AttentionPattern(
        queries: x.times(maps, workers), keys: keys,
        headCount: 8, groups: 2, rule: .init(scale: 0.1), workers)
      return [
        x.times(transposed: weights, workers).storage, x.times(square, workers).storage, pattern.weights,
        pattern.mix(values, groups: 2, workers).storage, weights.widened(workers).storage,
      ]
    }
    for result in results.dropFirst() { #expect(result == results[0]) }
  }
}

@Suite("Seeded randomness")
struct SplitMix64Tests {
  @Test("The sequence is that of the published algorithm")
  func reference() {
    var random = SplitMix64(seed: 1_234_567)
    let expected: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
    ]
    #expect((0..<5).map { _ in random.next() } == expected)
  }

  @Test("The seed determines the sequence")
  func seeds() {
    var (a, b, c) = (SplitMix64(seed: 5), SplitMix64(seed: 5), SplitMix64(seed: 6))
    let first = a.numbers(20)
    #expect(first == b.numbers(20))
    #expect(first != c.numbers(20))
  }
}
