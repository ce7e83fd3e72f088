import LinearAlgebra
package import Specimens

/// That a feature, with a sign, stands for a value of a variable at one of the variable's positions.
struct Encoding: Sendable, Hashable {
  /// The circuit on whose prompts this holds.
  let circuit: String
  let variable: String
  /// Which of the variable's positions, counted from the first.
  let slot: Int
  let value: String
  let f1: Double
}

/// What features encode, told from probe prompts.
///
/// 1. A population is the probe prompts of a circuit; of a variable that has only one value there, all probe prompts with the
///    variable, since otherwise nothing could tell where its value holds.
/// 2. For each slot of a variable, each feature and each value: over the population, the feature is a test of whether the
///    variable has the value. F1 is that of the test; and that of the opposite test (silence where the value does not hold),
///    without which a feature that is always active would encode every frequent value.
/// 3. The feature encodes the value when the smaller of both reaches the threshold.
struct Encodings: Sendable {
  /// For each number of `FeatureActivity`, what it encodes.
  private(set) var ofNumber: [Int: [Encoding]] = [:]
  /// The values that occurred often enough, and were missing often enough, to be judged.
  private var judged: Set<Judged> = []

  private struct Judged: Hashable {
    let circuit: String
    let variable: String
    let value: String
  }

  /// Tells what features encode.
  ///
  /// - Parameters:
  ///   - active: For each probe prompt, the numbers active at each position.
  ///   - count: How many numbers there are.
  init(_ probes: [KeyedPrompt], active: [[[Int32]]], count: Int, _ settings: CalibrationSettings) {
    for circuit in Set(probes.map(\.circuit)).sorted() {
      let own = probes.indices.filter { probes[$0].circuit == circuit }
      var names: [String] = []
      for probe in own {
        for variable in probes[probe].variables where !names.contains(variable.name) {
          names.append(variable.name)
        }
      }
      for name in names {
        let varies = Set(own.compactMap { probes[$0].variable(name)?.value }).count > 1
        let population = varies ? own : probes.indices.filter { probes[$0].variable(name) != nil }
        let cases = population.compactMap { probe in probes[probe].variable(name).map { (probe, $0) } }
        for slot in 0..<(cases.map(\.1.positions.count).max() ?? 0) {
          add(circuit, name, slot, cases, active, count, settings)
        }
      }
    }
  }

  /// What a number that is active at a position of a prompt rightly encodes there: values that hold.
  func encodings(_ number: Int, at position: Int, in prompt: KeyedPrompt) -> [Encoding] {
    (ofNumber[number] ?? []).filter { encoding in
      guard encoding.circuit == prompt.circuit, let variable = prompt.variable(encoding.variable) else {
        return false
      }
      return variable.value == encoding.value && variable.positions.indices.contains(encoding.slot)
        && variable.positions[encoding.slot] == position
    }
  }

  /// Whether the probe prompts could tell what encodes a variable's value in a circuit.
  func isJudged(_ variable: KeyVariable, in circuit: String) -> Bool {
    judged.contains(Judged(circuit: circuit, variable: variable.name, value: variable.value))
  }

  /// How many features encode something that is not read off one token or said next.
  func count(of variables: Set<String>) -> Int {
    ofNumber.count { $0.value.contains { variables.contains($0.variable) } }
  }

  private mutating func add(
    _ circuit: String, _ name: String, _ slot: Int, _ cases: [(probe: Int, variable: KeyVariable)],
    _ active: [[[Int32]]], _ count: Int, _ settings: CalibrationSettings
  ) {
    let cases = cases.filter { slot < $0.variable.positions.count }
    let values = Set(cases.map(\.variable.value)).sorted()
    let places = Dictionary(uniqueKeysWithValues: values.enumerated().map { ($1, $0) })
    var tally = EncodingTally(numbers: count, values: values.count)
    for (probe, variable) in cases {
      tally.add(active[probe][variable.positions[slot]], value: places[variable.value] ?? 0)
    }
    for (place, value) in values.enumerated() where tally.canJudge(place, least: settings.leastSupport) {
      judged.insert(Judged(circuit: circuit, variable: name, value: value))
    }
    for (number, place, f1) in tally.found(settings) {
      ofNumber[number, default: []].append(
        Encoding(circuit: circuit, variable: name, slot: slot, value: values[place], f1: f1))
    }
  }
}

/// How often features are active, by the value of a variable.
package struct EncodingTally {
  private let values: Int
  /// `[numbers, values]`.
  private var together: [Int32]
  private var activeCount: [Int32]
  private var valueCount: [Int]

  package init(numbers: Int, values: Int) {
    self.values = values
    together = Array(repeating: 0, count: numbers * values)
    activeCount = Array(repeating: 0, count: numbers)
    valueCount = Array(repeating: 0, count: values)
  }

  /// Counts a prompt.
  package mutating func add(_ active: [Int32], value: Int) {
    valueCount[value] += 1
    for number in active {
      together[Int(number) * values + value] += 1
      activeCount[Int(number)] += 1
    }
  }

  /// Whether a value was there, and was missing, often enough.
  package func canJudge(_ value: Int, least: Int) -> Bool {
    valueCount[value] >= least && valueCount.reduce(0, +) - valueCount[value] >= least
  }

  /// The smaller of the F1 scores of activity where a value holds and of silence where it does not.
  package func f1(_ number: Int, _ value: Int) -> Double {
    let (all, hits) = (valueCount.reduce(0, +), Int(together[number * values + value]))
    let (active, holding) = (Int(activeCount[number]), valueCount[value])
    let silent = all - active - holding + hits
    let score = { (both: Int, one: Int, other: Int) in
      one + other > 0 ? 2 * Double(both) / Double(one + other) : 0
    }
    return min(score(hits, active, holding), score(silent, all - active, all - holding))
  }

  /// The encodings that reach the threshold.
  package func found(_ settings: CalibrationSettings) -> [(number: Int, value: Int, f1: Double)] {
    let judged = valueCount.indices.filter { canJudge($0, least: settings.leastSupport) }
    return activeCount.indices.flatMap { number -> [(number: Int, value: Int, f1: Double)] in
      guard activeCount[number] > 0 else { return [] }
      return judged.compactMap { value in
        guard together[number * values + value] > 0 else { return nil }
        let f1 = f1(number, value)
        return f1 >= settings.encodingThreshold ? (number, value, f1) : nil
      }
    }
  }
}

extension [KeyedPrompt] {
  /// The same prompts with each variable's values dealt out anew among the prompts that have it: what they say is then true
  /// by chance only.
  package func shufflingValues(seed: UInt64) -> [KeyedPrompt] {
    var shuffled = self
    var random = SplitMix64(seed: seed)
    for name in Set(flatMap { $0.variables.map(\.name) }).sorted() {
      let places = indices.compactMap { prompt in
        self[prompt].variables.firstIndex { $0.name == name }.map { (prompt, $0) }
      }
      let values = places.map { self[$0.0].variables[$0.1].value }.shuffled(using: &random)
      for ((prompt, variable), value) in zip(places, values) {
        shuffled[prompt].variables[variable].value = value
      }
    }
    return shuffled
  }
}
