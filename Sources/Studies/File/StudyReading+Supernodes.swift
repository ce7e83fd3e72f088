import FeatureDashboards

extension StudyReading {
  private static let tests = ["encodes", "active-on", "words", "promotes", "features"]

  func supernode(_ name: String, _ value: StudyValue) throws(StudyFileError) -> SupernodeRule {
    let keys = try value.mapping(
      ["tokens", "output", "at", "layers", "most", "not-on", "probes", "probed-at", "score", "rank"]
        + StudyReading.tests)
    if let place = keys["tokens"] {
      try alone("tokens", keys)
      return SupernodeRule(name: name, kind: .tokens, places: try places(place))
    }
    if let text = keys["output"] {
      try alone("output", keys)
      return SupernodeRule(name: name, kind: .output(try columns(text)))
    }
    let places = try keys["at"].map { value throws(StudyFileError) in try self.places(value) } ?? [.all]
    var tests: [FeatureTest] = []
    for kind in StudyReading.tests {
      if let value = keys[kind] { tests.append(try test(kind, value, keys, places)) }
    }
    guard !tests.isEmpty else {
      throw value.error(
        "no rule says which nodes these are",
        "give tokens, output, or one or more of \(StudyReading.tests.joined(separator: ", "))")
    }
    return SupernodeRule(
      name: name, kind: .features(tests), places: places,
      layers: try keys["layers"].map { value throws(StudyFileError) in try layers(value) },
      most: try keys["most"]?.count(1...100_000))
  }

  private func alone(_ key: String, _ keys: StudyMapping) throws(StudyFileError) {
    guard let other = keys.entries.first(where: { $0.key != key }) else { return }
    throw other.value.error("this does not go with '\(key)'", "leave out one of them")
  }

  private func test(
    _ kind: String, _ value: StudyValue, _ keys: StudyMapping, _ places: [StudyPlace]
  ) throws(StudyFileError) -> FeatureTest {
    switch kind {
    case "encodes":
      let probes = try keys.required("probes", "name the prompts that tell, 'probes: SET'")
      let set = try probes.name(of: "set of prompts", among: sets.map(\.name))
      let known = sets.first { $0.name == set }?.columns ?? []
      let column = try value.name(of: "column in '\(set)'", among: known)
      return .encodes(column: column, try probe(set, keys, places))
    case "active-on":
      let set = try value.name(of: "set of prompts", among: sets.map(\.name))
      let controls = try keys.required("not-on", "name the prompts on which they are silent, 'not-on: SET'")
      return .active(
        try probe(set, keys, places),
        controls: try controls.name(of: "set of prompts", among: sets.map(\.name)))
    case "words": return .words(try value.text())
    case "promotes": return .promotes(try columns(value), rank: try keys["rank"]?.count(1...1000) ?? 10)
    default:
      var names: [FeatureName] = []
      for entry in try value.oneOrMore() {
        guard let name = FeatureName(try entry.text()) else {
          throw entry.error("this names no feature", "write such as 12/845")
        }
        names.append(name)
      }
      return .listed(names)
    }
  }

  private func probe(
    _ set: String, _ keys: StudyMapping, _ places: [StudyPlace]
  ) throws(StudyFileError) -> FeatureTest.Probe {
    FeatureTest.Probe(
      prompts: set,
      places: try keys["probed-at"].map { value throws(StudyFileError) in try self.places(value) } ?? places,
      score: try keys["score"]?.number(0...1) ?? 0.8)
  }

  private func places(_ value: StudyValue) throws(StudyFileError) -> [StudyPlace] {
    var places: [StudyPlace] = []
    for entry in try value.oneOrMore() {
      let place = StudyPlace(try entry.text())
      if case .column(let name) = place { try knowColumn(name, entry) }
      places.append(place)
    }
    return places
  }

  /// A text whose columns some prompts have.
  func columns(_ value: StudyValue) throws(StudyFileError) -> TextTemplate {
    let template = try value.template()
    for name in template.columns { try knowColumn(name, value) }
    return template
  }

  /// One text, or several of which any will do.
  func anyOf(_ value: StudyValue) throws(StudyFileError) -> [TextTemplate] {
    var texts: [TextTemplate] = []
    for entry in try value.oneOrMore() { texts.append(try columns(entry)) }
    return texts
  }

  private func knowColumn(_ name: String, _ value: StudyValue) throws(StudyFileError) {
    let plain = name.hasPrefix("donor.") ? String(name.dropFirst(6)) : name
    let known = Set(sets.flatMap(\.columns))
    guard known.contains(plain) else {
      throw value.error(
        "no prompts have a column '\(name)'", "the columns are \(known.sorted().joined(separator: ", "))")
    }
  }

  private func layers(_ value: StudyValue) throws(StudyFileError) -> ClosedRange<Int> {
    let ends = try value.list()
    guard ends.count == 2 else { throw value.error("a range has two ends", "write such as [5, 11]") }
    let (first, last) = (try ends[0].count(0...10_000), try ends[1].count(0...10_000))
    guard first <= last else { throw value.error("the range ends before it begins", "write such as [5, 11]") }
    return first...last
  }
}
