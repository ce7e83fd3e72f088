extension StudyReading {
  func intervention(_ name: String, _ value: StudyValue) throws(StudyFileError) -> StudyIntervention {
    let actions: [(String, StudyIntervention.Action)] = [
      ("suppress", .scale), ("swap", .swap), ("inject", .inject),
    ]
    let keys = try value.mapping(
      actions.map(\.0) + ["factor", "strength", "same", "other", "donors", "attention", "sweep"])
    var result = StudyIntervention(name: name, changes: [])
    for (key, action) in actions {
      for entry in try keys[key]?.oneOrMore() ?? [] {
        let supernode = try entry.name(of: "supernode", among: supernodes.map(\.name))
        try check(supernode, action, entry)
        result.changes.append(.init(supernode: supernode, action: action))
      }
    }
    guard !result.changes.isEmpty else {
      throw value.error("nothing is changed", "give suppress, swap or inject")
    }
    result.factor = try keys["factor"]?.number(-1000...1000) ?? 0
    result.strength = try keys["strength"]?.number(-1000...1000) ?? 1
    result.donors = try keys["donors"]?.name(of: "set of prompts", among: sets.map(\.name))
    for entry in try keys["sweep"]?.oneOrMore() ?? [] { result.sweep.append(try entry.number(-1000...1000)) }
    result.sweep.sort()
    switch try keys["attention"]?.text() {
    case nil, "frozen": break
    case "free": result.freezesAttention = false
    default: throw value.error("attention is frozen or free", "write one of them")
    }
    try readDonors(&result, keys)
    return result
  }

  private func check(
    _ supernode: String, _ action: StudyIntervention.Action, _ value: StudyValue
  ) throws(StudyFileError) {
    guard let rule = supernodes.first(where: { $0.name == supernode }) else { return }
    switch (rule.kind, action) {
    case (.output, _):
      throw value.error("an output cannot be changed", "name a supernode of features or tokens")
    case (.tokens, .swap), (.tokens, .inject):
      throw value.error("tokens can only be suppressed", "name a supernode of features")
    case (.features(let tests), .inject):
      let isKnown = tests.contains { if case .active = $0 { true } else { false } }
      guard isKnown else {
        throw value.error("nothing tells how active these features should be", "give its rule 'active-on'")
      }
    default: break
    }
  }

  private func readDonors(_ result: inout StudyIntervention, _ keys: StudyMapping) throws(StudyFileError) {
    let known = Set(sets.flatMap(\.columns)).sorted()
    for entry in try keys["same"]?.oneOrMore() ?? [] {
      result.same.append(try entry.name(of: "column", among: known))
    }
    for entry in try keys["other"]?.oneOrMore() ?? [] {
      result.other.append(try entry.name(of: "column", among: known))
    }
    guard result.needsDonor, result.other.isEmpty else { return }
    let swapped = result.changes.filter { $0.action == .swap }.map(\.supernode)
    result.other = Set(supernodes.filter { swapped.contains($0.name) }.compactMap(\.column)).sorted()
    guard result.other.isEmpty else { return }
    throw keys.own.error("nothing tells how a donor differs", "name the columns, 'other: [country]'")
  }

  func hypothesis(_ name: String, _ value: StudyValue) throws(StudyFileError) -> Hypothesis {
    let keys = try value.mapping([
      "claim", "prompts", "exists", "edge", "sign", "share", "after", "lowers", "raises", "by", "gives",
      "loses", "around", "from", "at-most", "overlap", "weights", "against",
    ])
    let set = try keys["prompts"]?.name(of: "behaviour", among: gates.map(\.prompts)) ?? gates[0].prompts
    let test = try claim(keys)
    return Hypothesis(
      name: name, claim: try keys["claim"]?.text(), prompts: set, test: test,
      isAgainstRandom: try isAgainstRandom(test, keys))
  }

  private func isAgainstRandom(
    _ test: Hypothesis.Test, _ keys: StudyMapping
  ) throws(StudyFileError) -> Bool {
    guard let value = keys["against"] else { return false }
    guard try value.text() == "random" else {
      throw value.error("features are compared with random ones", "write 'against: random'")
    }
    let names: [String]
    switch test {
    case .exists(let name, _): names = [name]
    case .edge(let from, let to, _, _): names = [from, to]
    default: throw value.error("this goes with 'exists' and 'edge'", "leave it out")
    }
    guard supernodes.contains(where: { names.contains($0.name) && $0.isOfFeatures }) else {
      throw value.error("there are no features to replace", "name a supernode of features")
    }
    return true
  }

  private func claim(_ keys: StudyMapping) throws(StudyFileError) -> Hypothesis.Test {
    let kinds = ["exists", "edge", "lowers", "raises", "gives", "loses", "around", "overlap", "weights"]
    let (kind, value) = try keys.only(kinds, "what is claimed")
    let names = supernodes.map(\.name)
    switch kind {
    case "exists": return .exists(try value.name(of: "supernode", among: names), share: try share(keys))
    case "edge": return try edge(value, keys)
    case "lowers":
      return .lowers(
        after: try after(keys), supernode: try value.name(of: "supernode", among: names), by: try by(keys, 1))
    case "raises":
      return .raises(
        after: try after(keys), supernode: try value.name(of: "supernode", among: names),
        by: try by(keys, 1e6))
    case "gives": return .gives(after: try after(keys), try anyOf(value), share: try share(keys))
    case "loses": return .loses(after: try after(keys), try anyOf(value), share: try share(keys))
    case "weights": return try weights(value, keys)
    case "around":
      return .around(
        try value.name(of: "supernode", among: names),
        from: try keys.required("from", "name where the influence ends, 'from: SUPERNODE'")
          .name(of: "supernode", among: names),
        atMost: try keys.required("at-most", "say how much, 0 to 1").number(0...1))
    default:
      let pair = try two(value, "set of prompts", sets.map(\.name))
      return .overlap(pair.0, pair.1, by: try by(keys, 1))
    }
  }

  private func edge(_ value: StudyValue, _ keys: StudyMapping) throws(StudyFileError) -> Hypothesis.Test {
    let ends = try two(value, "supernode", supernodes.map(\.name))
    return .edge(from: ends.0, to: ends.1, sign: try sign(keys), share: try share(keys))
  }

  private func weights(_ value: StudyValue, _ keys: StudyMapping) throws(StudyFileError) -> Hypothesis.Test {
    let ends = try two(value, "supernode", supernodes.filter(\.isOfFeatures).map(\.name))
    return .weights(from: ends.0, to: ends.1, sign: try sign(keys), by: try by(keys, 1))
  }

  private func sign(_ keys: StudyMapping) throws(StudyFileError) -> Int {
    let sign = try keys.required("sign", "write 'sign: positive' or 'sign: negative'")
    let text = try sign.text()
    guard let number = ["positive": 1, "+": 1, "negative": -1, "-": -1][text] else {
      throw sign.error("'\(text.prefix(40))' is no sign", "write 'positive' or 'negative'")
    }
    return number
  }

  private func two(
    _ value: StudyValue, _ kind: String, _ known: [String]
  ) throws(StudyFileError) -> (String, String) {
    let pair = try value.list()
    guard pair.count == 2 else { throw value.error("here should be two names", "write [A, B]") }
    return (try pair[0].name(of: kind, among: known), try pair[1].name(of: kind, among: known))
  }

  private func share(_ keys: StudyMapping) throws(StudyFileError) -> Double {
    try keys.required("share", "say in what share of prompts, 0 to 1").number(0...1)
  }

  private func by(_ keys: StudyMapping, _ most: Double) throws(StudyFileError) -> Double {
    try keys.required("by", "say by how much, 'by: 0.5'").number(0...most)
  }

  private func after(_ keys: StudyMapping) throws(StudyFileError) -> String {
    try keys.required("after", "name the intervention, 'after: INTERVENTION'")
      .name(of: "intervention", among: interventions.map(\.name))
  }
}
