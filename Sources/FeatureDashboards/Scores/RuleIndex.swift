/// Rules of many features, such that all that hold at a place are found at once.
struct RuleIndex {
  /// The rules that can hold at a token, by token; each rule in one place only.
  private let here: [Int: [Int]]
  /// Those without a token, by the class.
  private let kinds: [(kind: TokenClass, rules: [Int])]
  /// Those without token and class, by the token before.
  private let behind: [Int: [Int]]
  /// Those with earlier tokens only, by the earlier token.
  private let later: [Int: [Int]]
  /// Those without any part.
  private let everywhere: [Int]
  private let rules: [TokenRule]
  private let classes: [TokenClasses]

  init(_ rules: [TokenRule], classes: [TokenClasses]) {
    var (here, behind, later): ([Int: [Int]], [Int: [Int]], [Int: [Int]]) = ([:], [:], [:])
    var (kinds, everywhere): ([TokenClass: [Int]], [Int]) = ([:], [])
    for (number, rule) in rules.enumerated() {
      if !rule.tokens.isEmpty {
        for token in rule.tokens { here[token, default: []].append(number) }
      } else if let kind = rule.kind {
        kinds[kind, default: []].append(number)
      } else if !rule.previous.isEmpty {
        for token in rule.previous { behind[token, default: []].append(number) }
      } else if !rule.earlier.isEmpty {
        for token in rule.earlier { later[token, default: []].append(number) }
      } else {
        everywhere.append(number)
      }
    }
    self.here = here
    self.behind = behind
    self.later = later
    self.kinds = TokenClass.allCases.compactMap { kind in kinds[kind].map { (kind, $0) } }
    self.everywhere = everywhere
    self.rules = rules
    self.classes = classes
  }

  /// Calls `body` with every rule that holds at a place, with each at least once.
  func forEachHolding(_ text: [Int], at place: Int, _ body: (Int) -> Void) {
    let token = text[place]
    let visit = { (number: Int) in
      if rules[number].holds(in: text[...], at: place, classes: classes) { body(number) }
    }
    here[token]?.forEach(visit)
    for entry in kinds where classes[token].contains(entry.kind) { entry.rules.forEach(visit) }
    if place > 0 { behind[text[place - 1]]?.forEach(visit) }
    for earlier in Set(text[max(0, place - TokenRule.reach)..<place]) { later[earlier]?.forEach(body) }
    everywhere.forEach(body)
  }
}
