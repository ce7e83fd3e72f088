extension String {
  /// Whether this reads as one sentence on one line: what an error must say.
  public var isOneSentence: Bool {
    let isOneLine = unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    return isOneLine && first?.isWhitespace == false && hasSuffix(".") && !dropLast().contains(". ")
      && !contains("..") && count < 1500
  }
}
