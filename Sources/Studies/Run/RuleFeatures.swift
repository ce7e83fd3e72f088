import Calibrations
import FeatureDashboards
import LinearAlgebra
import Transcoders
import Transformers

/// The features that a rule's tests on probe prompts leave.
///
/// A *number* is a feature with a sign, as `FeatureActivity` counts them.
struct RuleFeatures: Sendable, Codable {
  /// For each value of the rule's column the numbers that pass, ascending; under "" for a rule without a column.
  var numbers: [String: [Int]] = [:]
  /// The mean activation of a number on the probe prompts where it is active, at its greatest position.
  var levels: [Int: Float] = [:]

  /// How many features there are, of several values in the mean.
  var size: Double {
    numbers.isEmpty ? 0 : Double(numbers.values.reduce(0) { $0 + $1.count }) / Double(numbers.count)
  }

  /// The numbers for a prompt.
  func numbers(_ rule: SupernodeRule, _ columns: [String: String]) -> Set<Int> {
    let key = rule.column.map { columns[$0] ?? "" } ?? ""
    return Set(numbers[key] ?? [])
  }
}

/// Finds the features of rules over probe prompts.
struct RuleSearch {
  let activity: FeatureActivity
  let prompts: [String: [StudyPrompt]]
  let control: StudyControl?
  let seed: UInt64
  /// The features that a rule's words find, by rule.
  let found: [String: [FeatureName]]
  /// What is active in each prompt of a set at the places where any rule looks, read once for all rules.
  private let readings: [String: [[(site: FeatureSite, value: Float)]]]

  init(
    _ rules: [SupernodeRule], activity: FeatureActivity, prompts: [String: [StudyPrompt]],
    control: StudyControl?, seed: UInt64, found: [String: [FeatureName]], workers: Workers
  ) {
    self.activity = activity
    self.prompts = prompts
    self.control = control
    self.seed = seed
    self.found = found
    var places: [String: [StudyPlace]] = [:]
    for probe in rules.flatMap(\.probes) { places[probe.set, default: []] += probe.places }
    var readings: [String: [[(site: FeatureSite, value: Float)]]] = [:]
    for (set, places) in places {
      readings[set] = workers.map(prompts[set] ?? []) { prompt in
        let positions = Set(prompt.positions(places))
        let features = activity.read(prompt.tokens).features
        return zip(features.sites, features.values).filter { positions.contains($0.0.position) }
      }
    }
    self.readings = readings
  }

  /// The features of a rule.
  ///
  /// 1. Each test on probe prompts leaves numbers, for each value or for all.
  /// 2. What all tests leave stays.
  func features(of rule: SupernodeRule) -> RuleFeatures {
    guard case .features(let tests) = rule.kind else { return RuleFeatures() }
    var result = RuleFeatures()
    var fixed: Set<Int>?
    for test in tests {
      switch test {
      case .encodes(let column, let probe): encode(column, probe, into: &result)
      case .active(let probe, let controls):
        fixed = meet(fixed, contrast(probe, controls, into: &result))
      case .words: fixed = meet(fixed, numbers(of: found[rule.name] ?? []))
      case .listed(let names): fixed = meet(fixed, numbers(of: names))
      case .promotes: break
      }
    }
    if let fixed {
      if rule.column == nil { result.numbers[""] = fixed.sorted() }
      for (value, numbers) in result.numbers { result.numbers[value] = numbers.filter(fixed.contains) }
    }
    if let layers = rule.layers {
      for (value, numbers) in result.numbers {
        result.numbers[value] = numbers.filter { layers.contains(activity.feature(ofNumber: $0).layer) }
      }
    }
    return result
  }

  private func meet(_ one: Set<Int>?, _ other: Set<Int>) -> Set<Int> { one?.intersection(other) ?? other }

  private func numbers(of names: [FeatureName]) -> Set<Int> {
    Set(names.flatMap { activity.numbers(layer: $0.layer, index: $0.index) })
  }

  private func encode(_ column: String, _ probe: FeatureTest.Probe, into result: inout RuleFeatures) {
    let probes = prompts[probe.prompts] ?? []
    var labels = probes.map { $0.columns[column] ?? "" }
    if control == .shuffled {
      var random = SplitMix64(seed: seed ^ 0x5bd1)
      labels.shuffle(using: &random)
    }
    let values = Set(labels).sorted()
    let active = self.active(probe.prompts, probe.places)
    for (label, numbers) in found(active, labels, values, probe.score) {
      result.numbers[label] = numbers.sorted()
    }
    for value in values where result.numbers[value] == nil { result.numbers[value] = [] }
  }

  private func contrast(
    _ probe: FeatureTest.Probe, _ controls: String, into result: inout RuleFeatures
  ) -> Set<Int> {
    let probes = (prompts[probe.prompts] ?? []) + (prompts[controls] ?? [])
    var labels = probes.map { $0.set == probe.prompts ? "on" : "off" }
    if control == .shuffled {
      var random = SplitMix64(seed: seed ^ 0x2f6b)
      labels.shuffle(using: &random)
    }
    let active = self.active(probe.prompts, probe.places) + self.active(controls, probe.places)
    let numbers = Set(found(active, labels, ["off", "on"], probe.score)["on"] ?? [])
    var sums: [Int: (sum: Float, count: Float)] = [:]
    for (reading, label) in zip(active, labels) where label == "on" {
      for (number, value) in reading where numbers.contains(number) {
        let old = sums[number] ?? (0, 0)
        sums[number] = (old.sum + value, old.count + 1)
      }
    }
    for (number, level) in sums { result.levels[number] = level.sum / level.count }
    return numbers
  }

  /// The numbers that tell each label, by their F1.
  private func found(
    _ active: [[Int: Float]], _ labels: [String], _ values: [String], _ score: Double
  ) -> [String: [Int]] {
    let places = Dictionary(uniqueKeysWithValues: values.enumerated().map { ($1, $0) })
    var tally = EncodingTally(numbers: activity.count, values: values.count)
    for (numbers, label) in zip(active, labels) {
      tally.add(numbers.keys.sorted().map { Int32($0) }, value: places[label] ?? 0)
    }
    var settings = CalibrationSettings()
    (settings.encodingThreshold, settings.leastSupport) = (score, 3)
    return Dictionary(grouping: tally.found(settings)) { values[$0.value] }.mapValues { $0.map(\.number) }
  }

  /// The numbers that are active at some places of each prompt of a set, with their greatest activations there.
  private func active(_ set: String, _ places: [StudyPlace]) -> [[Int: Float]] {
    zip(prompts[set] ?? [], readings[set] ?? []).map { prompt, features in
      let positions = Set(prompt.positions(places))
      var result: [Int: Float] = [:]
      for (site, value) in features where positions.contains(site.position) {
        guard let number = activity.number(site, value) else { continue }
        if value.magnitude > (result[number]?.magnitude ?? 0) { result[number] = value }
      }
      return result
    }
  }
}

extension SupernodeRule {
  /// The sets of prompts by which features are told, and where in them.
  fileprivate var probes: [(set: String, places: [StudyPlace])] {
    guard case .features(let tests) = kind else { return [] }
    return tests.flatMap { test -> [(set: String, places: [StudyPlace])] in
      switch test {
      case .encodes(_, let probe): [(probe.prompts, probe.places)]
      case .active(let probe, let controls): [(probe.prompts, probe.places), (controls, probe.places)]
      case .words, .promotes, .listed: []
      }
    }
  }
}
