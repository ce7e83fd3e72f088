import LinearAlgebra
import ModelFiles
import Testing

/// Expects `body` to throw a `ModelFileError` that reads as one sentence, and returns it.
@discardableResult
func expectError(
  _ body: () throws -> Void, _ location: SourceLocation = #_sourceLocation
) -> ModelFileError? {
  let error = #expect(throws: ModelFileError.self, sourceLocation: location) { try body() }
  if let error { expectSentence("\(error)", location) }
  return error
}

/// Expects `text` to be one sentence of reasonable length on one line.
func expectSentence(_ text: String, _ location: SourceLocation = #_sourceLocation) {
  #expect(text.first?.isUppercase == true, sourceLocation: location)
  #expect(text.hasSuffix("."), sourceLocation: location)
  #expect(!text.dropLast().contains(". "), "\(text)", sourceLocation: location)
  #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }, sourceLocation: location)
  #expect(text.count < 1500, sourceLocation: location)
}

/// Expects equal bits; any NaN equals any other.
func expectSameBits(_ actual: [Float], _ expected: [Float], _ location: SourceLocation = #_sourceLocation) {
  #expect(actual.count == expected.count, sourceLocation: location)
  let wrong = zip(actual, expected).enumerated().first { _, pair in
    pair.0.bitPattern != pair.1.bitPattern && !(pair.0.isNaN && pair.1.isNaN)
  }
  let text = wrong.map { "element \($0.offset): \($0.element)" } ?? ""
  #expect(wrong == nil, "\(text)", sourceLocation: location)
}
