/// The gates of `boolean`: which variable is computed from which, in which layer.
struct BooleanCircuit: Sendable {
  /// How a variable follows from others.
  enum Rule: Sendable, Hashable {
    /// Read from the token of the input of this number.
    case reading(Int)
    /// The value of another variable, or its opposite.
    case copy(Literal)
    /// Whether two literals both hold.
    case and(Literal, Literal)
    /// Whether at least one of two literals holds.
    case or(Literal, Literal)
  }

  /// A variable or its opposite.
  struct Literal: Sendable, Hashable {
    let variable: Int
    let isTrue: Bool

    /// The literal that holds where this one does not.
    var opposite: Literal { Literal(variable: variable, isTrue: !isTrue) }
  }

  /// A variable.
  struct Variable: Sendable, Hashable {
    let name: String
    let layer: Int
    let rule: Rule
  }

  /// The variables, parents first.
  let variables: [Variable]
  /// The variable that each question asks for.
  let questions: [(name: String, variable: Int)]

  static let inputs = ["a", "b", "c", "d"]
  static let layerCount = 5

  /// The one circuit: a chain A → B → C, parallel paths from `b` and `c`, a gate over both, and one that skips a layer.
  init() {
    let holds = { Literal(variable: $0, isTrue: true) }
    variables = [
      Variable(name: "A", layer: 0, rule: .reading(0)), Variable(name: "B", layer: 0, rule: .reading(1)),
      Variable(name: "C", layer: 0, rule: .reading(2)), Variable(name: "D", layer: 0, rule: .reading(3)),
      Variable(name: "not A", layer: 1, rule: .copy(holds(0).opposite)),
      Variable(name: "B and C", layer: 1, rule: .and(holds(1), holds(2))),
      Variable(name: "B or C", layer: 1, rule: .or(holds(1), holds(2))),
      Variable(name: "A again", layer: 2, rule: .copy(holds(4).opposite)),
      Variable(name: "B xor C", layer: 2, rule: .and(holds(5).opposite, holds(6))),
      Variable(name: "both", layer: 3, rule: .and(holds(7), holds(8))),
      Variable(name: "D or not A", layer: 3, rule: .or(holds(3), holds(4))),
    ]
    questions = [("chain", 7), ("parallel", 8), ("both", 9), ("skip", 10)]
  }

  /// The variable whose value lowers the answer's logit, whatever is asked.
  static let doubt = 5

  /// The values of all variables, where the inputs are these.
  func values(_ inputs: [Bool]) -> [Bool] {
    var values: [Bool] = []
    for variable in variables {
      let holds = { (literal: Literal) in values[literal.variable] == literal.isTrue }
      let value =
        switch variable.rule {
        case .reading(let input): inputs[input]
        case .copy(let literal): holds(literal)
        case .and(let one, let other): holds(one) && holds(other)
        case .or(let one, let other): holds(one) || holds(other)
        }
      values.append(value)
    }
    return values
  }
}
