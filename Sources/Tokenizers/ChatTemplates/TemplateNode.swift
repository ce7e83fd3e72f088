/// A template that was read.
struct TemplateProgram: Sendable {
  /// The statements.
  var body: [TemplateNode]
  /// The macros.
  var macros: [TemplateMacro]
}

/// A macro: a part of a template that is called like a function.
struct TemplateMacro: Sendable {
  /// Its parameters and their default values.
  var parameters: [(name: String, value: TemplateExpression?)]
  /// Its statements.
  var body: [TemplateNode]
}

/// A statement of a template with the line on which it stands.
struct TemplateNode: Sendable {
  /// What it does.
  indirect enum Kind: Sendable {
    /// Writes text.
    case text(String)
    /// Writes a value.
    case output(TemplateExpression)
    /// Runs the first branch whose condition holds; a branch without condition always runs.
    case choose([(condition: TemplateExpression?, body: [TemplateNode])])
    /// Runs the body for each item; the other body if there is none.
    case loop(TemplateLoop)
    /// Gives names a value.
    case assign(TemplateTarget, TemplateExpression)
    /// Gives a name what a body writes, passed through filters.
    case capture(String, [TemplateNode], filtered: TemplateExpression)
    /// Makes a macro known under a name.
    case define(String, Int)
    /// Runs a body.
    case group([TemplateNode])
    /// Ends the loop.
    case breakLoop
    /// Ends this turn of the loop.
    case continueLoop
  }

  /// What it does.
  var kind: Kind
  /// Where it stands.
  var line: Int
}

/// A `for` loop.
struct TemplateLoop: Sendable {
  /// The names that an item is unpacked into.
  var names: [String]
  /// What is looped over.
  var items: TemplateExpression
  /// The condition that an item must meet.
  var condition: TemplateExpression?
  /// What is run for each item.
  var body: [TemplateNode]
  /// What is run if there is no item.
  var otherwise: [TemplateNode]
}

/// What an assignment sets.
enum TemplateTarget: Sendable {
  /// A name.
  case name(String)
  /// Several names, from a list.
  case names([String])
  /// A member of a namespace.
  case member(of: String, String)
}

/// An expression.
indirect enum TemplateExpression: Sendable {
  /// A constant.
  case constant(TemplateValue)
  /// A variable.
  case name(String)
  /// A list or tuple.
  case list([TemplateExpression])
  /// A dictionary.
  case mapping([(key: TemplateExpression, value: TemplateExpression)])
  /// `a.b`.
  case member(TemplateExpression, String)
  /// `a[b]`.
  case item(TemplateExpression, TemplateExpression)
  /// `a[b:c:d]`.
  case slice(TemplateExpression, TemplateExpression?, TemplateExpression?, TemplateExpression?)
  /// `a(b, c=d)`.
  case call(TemplateExpression, TemplateArguments)
  /// `a | name(b)`.
  case filter(TemplateExpression, String, TemplateArguments)
  /// `a is name(b)`.
  case test(TemplateExpression, String, TemplateArguments)
  /// `not a`.
  case not(TemplateExpression)
  /// `-a`.
  case negative(TemplateExpression)
  /// `a and b`.
  case and(TemplateExpression, TemplateExpression)
  /// `a or b`.
  case or(TemplateExpression, TemplateExpression)
  /// An arithmetic operator.
  case arithmetic(String, TemplateExpression, TemplateExpression)
  /// `a < b <= c`.
  case comparison(TemplateExpression, [(operation: String, operand: TemplateExpression)])
  /// `a ~ b`.
  case concatenation([TemplateExpression])
  /// `a if b else c`.
  case conditional(TemplateExpression, condition: TemplateExpression, otherwise: TemplateExpression?)
}

/// The arguments of a call.
struct TemplateArguments: Sendable {
  /// Arguments by place.
  var values: [TemplateExpression] = []
  /// Arguments by name.
  var named: [(name: String, value: TemplateExpression)] = []
}
