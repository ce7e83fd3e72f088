/// What can be said of a token by its spelling alone.
public enum TokenClass: String, Sendable, Codable, CaseIterable {
  /// Digits only.
  case number
  /// A word with a capital letter and small ones behind it.
  case capitalised
  /// At least two letters, all capital.
  case capitals
  /// Neither letters, digits nor blanks.
  case punctuation
  /// Holds a line break.
  case lineBreak
  /// Blanks only, without a line break.
  case blank
  /// Goes on inside a word.
  case continuation
  /// Letters of the Latin script beyond English.
  case accented
  /// Chinese characters.
  case han
  /// Letters of another script.
  case otherScript
  /// A part of a character.
  case fragment

  /// What such tokens are called.
  public var plural: String {
    switch self {
    case .number: "numbers"
    case .capitalised: "capitalised words"
    case .capitals: "words in capitals"
    case .punctuation: "punctuation"
    case .lineBreak: "line breaks"
    case .blank: "blanks"
    case .continuation: "pieces inside words"
    case .accented: "accented letters"
    case .han: "Chinese characters"
    case .otherScript: "letters of other scripts"
    case .fragment: "pieces of characters"
    }
  }
}

/// The classes that a token belongs to.
public struct TokenClasses: OptionSet, Sendable, Hashable {
  /// A bit for each class, in their order.
  public let rawValue: UInt16

  /// Takes the bits.
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// The set of one class.
  public init(_ one: TokenClass) {
    rawValue = 1 << UInt16(TokenClass.allCases.firstIndex(of: one) ?? 0)
  }

  /// Whether a class is among them.
  public func contains(_ one: TokenClass) -> Bool { contains(TokenClasses(one)) }

  /// The classes of a token with this text.
  public init(of text: String) {
    var classes: TokenClasses = []
    let core = text.unicodeScalars.filter { !$0.properties.isWhitespace }
    let letters = Array(core).filter(\.properties.isAlphabetic)
    if text.unicodeScalars.contains(where: { $0 == "\n" || $0 == "\r" }) {
      classes.insert(.init(.lineBreak))
    } else if core.isEmpty {
      classes.insert(.init(.blank))
    }
    if core.contains("\u{FFFD}") { classes.insert(.init(.fragment)) }
    if !core.isEmpty, core.allSatisfy({ $0.properties.numericType != nil }) { classes.insert(.init(.number)) }
    if !core.isEmpty, letters.isEmpty, !classes.contains(.number), !classes.contains(.fragment) {
      classes.insert(.init(.punctuation))
    }
    classes.formUnion(TokenClasses(letters: letters, isInside: text.first?.isLetter == true))
    self = classes
  }

  /// The classes that a token's letters tell.
  private init(letters: [Unicode.Scalar], isInside: Bool) {
    var classes: TokenClasses = []
    guard let first = letters.first else {
      self = []
      return
    }
    if letters.count > 1, letters.allSatisfy(\.properties.isUppercase) { classes.insert(.init(.capitals)) }
    if first.properties.isUppercase, letters.dropFirst().allSatisfy({ !$0.properties.isUppercase }) {
      classes.insert(.init(.capitalised))
    }
    if isInside, !first.properties.isUppercase, first.value < 0x0370 { classes.insert(.init(.continuation)) }
    if letters.contains(where: { (0x00C0..<0x0250).contains($0.value) }) { classes.insert(.init(.accented)) }
    if letters.contains(where: { $0.properties.isIdeographic }) {
      classes.insert(.init(.han))
    } else if letters.contains(where: { $0.value >= 0x0370 }) {
      classes.insert(.init(.otherScript))
    }
    self = classes
  }
}
