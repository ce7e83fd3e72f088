/// A word of a template.
struct TemplateToken: Sendable {
  /// What it is.
  enum Kind: Sendable, Equatable {
    /// Text to be written as it is.
    case text(String)
    /// `{{`.
    case outputStart
    /// `}}`.
    case outputEnd
    /// `{%`.
    case blockStart
    /// `%}`.
    case blockEnd
    /// A name or keyword.
    case name(String)
    /// A string literal's value.
    case string(String)
    /// A whole number.
    case integer(Int)
    /// A floating-point number.
    case double(Double)
    /// An operator or bracket.
    case symbol(String)
    /// The end of the template.
    case end
  }

  /// What it is.
  var kind: Kind
  /// The line on which it starts, from 1.
  var line: Int
}
