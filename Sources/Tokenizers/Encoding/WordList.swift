/// A text cut into words: the bytes in one buffer, and where each word ends.
struct WordList {
  /// The words, one after the other.
  private(set) var bytes: [UInt8]
  /// Where each word ends; no word is empty.
  private(set) var ends: [Int]

  /// A text as a single word.
  init(_ text: [UInt8]) {
    bytes = text
    ends = text.isEmpty ? [] : [text.count]
  }

  /// No words yet, with room for a number of bytes.
  init(capacity: Int) {
    bytes = []
    ends = []
    bytes.reserveCapacity(capacity)
  }

  /// Appends a word, unless it is empty.
  mutating func append(_ word: some Collection<UInt8>) {
    guard !word.isEmpty else { return }
    bytes.append(contentsOf: word)
    ends.append(bytes.count)
  }

  /// Replaces each word; the closure gets the word and its index.
  mutating func rewrite(_ body: (ArraySlice<UInt8>, Int) -> [UInt8]) {
    var result = WordList(capacity: bytes.count)
    var start = 0
    for (index, end) in ends.enumerated() {
      result.append(body(bytes[start..<end], index))
      start = end
    }
    self = result
  }
}
