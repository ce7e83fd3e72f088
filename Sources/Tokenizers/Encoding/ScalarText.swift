/// What the splitting rules ask of a character.
enum ScalarClass: UInt8, Sendable {
  /// Unicode's general category L.
  case letter
  /// Unicode's general category N.
  case number
  /// Unicode's White_Space.
  case space
  /// Anything else.
  case other

  /// The class of a scalar; values that are no scalar are `other`.
  init(_ value: UInt32) {
    if value < 0x80 {
      self = Self.ofASCII(UInt8(value))
    } else if let scalar = Unicode.Scalar(value) {
      self = Self.ofScalar(scalar)
    } else {
      self = .other
    }
  }

  private static func ofASCII(_ byte: UInt8) -> ScalarClass {
    switch byte {
    case 0x41...0x5A, 0x61...0x7A: .letter
    case 0x30...0x39: .number
    case 0x09...0x0D, 0x20: .space
    default: .other
    }
  }

  private static func ofScalar(_ scalar: Unicode.Scalar) -> ScalarClass {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: .letter
    case .decimalNumber, .letterNumber, .otherNumber: .number
    default: scalar.properties.isWhitespace ? .space : .other
    }
  }
}

/// A text as scalars with their classes, which is what the splitting rules walk over.
struct ScalarText {
  /// The scalars.
  private(set) var scalars: [UInt32] = []
  /// The class of each scalar.
  private(set) var classes: [ScalarClass] = []
  /// The byte at which each scalar starts, and the number of bytes at the end.
  private(set) var offsets: [Int] = []

  /// Reads UTF-8.
  init(_ bytes: [UInt8]) {
    scalars.reserveCapacity(bytes.count)
    classes.reserveCapacity(bytes.count)
    offsets.reserveCapacity(bytes.count + 1)
    var index = 0
    while index < bytes.count {
      let end = UTF8Text.end(ofCharacterAt: index, in: bytes, before: bytes.count)
      let scalar = UTF8Text.scalar(bytes, index, end)
      scalars.append(scalar)
      classes.append(ScalarClass(scalar))
      offsets.append(index)
      index = end
    }
    offsets.append(bytes.count)
  }

  /// Whether the scalar at an index is a carriage return or a line feed.
  func isNewline(_ index: Int) -> Bool { scalars[index] == 0x0A || scalars[index] == 0x0D }

  /// Where the run of one class that starts at an index ends.
  func endOfRun(of kind: ScalarClass, from start: Int, before end: Int) -> Int {
    var index = start
    while index < end, classes[index] == kind { index += 1 }
    return index
  }
}
