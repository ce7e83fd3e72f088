/// What a feature's activation may depend on in arithmetic: a rule puts every pair of operands into a class.
public enum OperandRule: Sendable, Hashable {
  /// One of the operands.
  public enum Operand: String, Sendable, Hashable, CaseIterable {
    case a, b

    fileprivate func of(_ a: Int, _ b: Int) -> Int { self == .a ? a : b }
  }

  /// An operand itself.
  case operand(Operand)
  /// An operand's ones digit.
  case ones(Operand)
  /// An operand's tens, its size in low precision.
  case tens(Operand)
  /// An operand modulo a number.
  case operandModulo(Operand, Int)
  /// The sum.
  case sum
  /// The sum modulo a number: 10 for its ones digit.
  case sumModulo(Int)
  /// The sum's tens: its size in low precision.
  case sumTens
  /// a − b.
  case difference
  /// The ones digits of both operands: a lookup table, as of `_6 + _9`.
  case onesTable
  /// The tens of both operands: a lookup table in low precision, as of `~30 + ~50`.
  case tensTable

  /// All rules, simpler ones first where two make the same classes.
  public static let all: [OperandRule] =
    Operand.allCases.flatMap { [OperandRule.ones($0), .tens($0), .operand($0)] }
    + [.sumModulo(10), .sumTens, .sumModulo(100), .sum, .difference, .onesTable, .tensTable]
    + [2, 3, 4, 5, 6, 7, 8, 9, 11].flatMap {
      [OperandRule.sumModulo($0), .operandModulo(.a, $0), .operandModulo(.b, $0)]
    }

  /// The class of a pair; classes of tables hold a's part times 1000.
  public func classNumber(_ a: Int, _ b: Int) -> Int {
    switch self {
    case .operand(let operand): operand.of(a, b)
    case .ones(let operand): OperandRule.modulo(operand.of(a, b), 10)
    case .tens(let operand): OperandRule.tens(operand.of(a, b))
    case .operandModulo(let operand, let n): OperandRule.modulo(operand.of(a, b), n)
    case .sum: a + b
    case .sumModulo(let n): OperandRule.modulo(a + b, n)
    case .sumTens: OperandRule.tens(a + b)
    case .difference: a - b
    case .onesTable: 1000 * OperandRule.modulo(a, 10) + OperandRule.modulo(b, 10)
    case .tensTable: 1000 * OperandRule.tens(a) + OperandRule.tens(b)
    }
  }

  private static func modulo(_ value: Int, _ n: Int) -> Int { (value % n + n) % n }

  private static func tens(_ value: Int) -> Int { Int((Double(value) / 10).rounded(.down)) }

  /// What kind of rule it is, in the papers' words.
  public var kind: String {
    switch self {
    case .operand, .ones, .operandModulo: "operand"
    case .tens, .sumTens, .tensTable: "low precision"
    case .sum, .difference: "sum"
    case .sumModulo: "sum modulo"
    case .onesTable: "lookup table"
    }
  }

  /// What the classes are of.
  public var name: String {
    switch self {
    case .operand(let operand): operand.rawValue
    case .ones(let operand): "ones of \(operand)"
    case .tens(let operand): "tens of \(operand)"
    case .operandModulo(let operand, let n): "\(operand) mod \(n)"
    case .sum: "a + b"
    case .sumModulo(let n): "a + b mod \(n)"
    case .sumTens: "tens of a + b"
    case .difference: "a − b"
    case .onesTable: "ones of a & b"
    case .tensTable: "tens of a & b"
    }
  }

  /// How a class is written: `6 & 9` in a table.
  func text(_ number: Int) -> String {
    switch self {
    case .onesTable, .tensTable: "\(number / 1000) & \(number % 1000)"
    default: "\(number)"
    }
  }

  /// Whether neighbouring classes can be written as a range.
  var hasRanges: Bool { self != .onesTable && self != .tensTable }
}
