/// One step of splitting text into words; pieces are never joined across words.
enum PreTokenizer: Sendable, Equatable {
  /// What a step looks for.
  enum Pattern: Sendable, Equatable {
    /// Words by a rule, which covers all text.
    case words(WordRule)
    /// Single digits, or runs of them.
    case numbers(isSingle: Bool)
    /// Runs of white space.
    case space
    /// A fixed, non-empty byte string.
    case literal([UInt8])
  }

  /// What becomes of the matches.
  enum Behavior: String, Sendable {
    /// Each match is a word.
    case isolated = "Isolated"
    /// Matches are dropped.
    case removed = "Removed"
    /// Each match belongs to the text before it.
    case mergedWithPrevious = "MergedWithPrevious"
    /// Each match belongs to the text after it.
    case mergedWithNext = "MergedWithNext"
    /// Neighbouring matches are one word.
    case contiguous = "Contiguous"
  }

  /// When a prefix is put before a word.
  enum PrefixScheme: String, Sendable {
    /// Before every word.
    case always
    /// At the beginning of the text only.
    case first
    /// Not at all.
    case never
  }

  /// Splits at a pattern; an inverted split swaps matches and the text between them.
  case split(Pattern, Behavior, isInverted: Bool)
  /// Puts a space before each word that does not start with one.
  case spacePrefix
  /// Replaces spaces by a mark, puts one before the text, and splits before each mark.
  case marks([UInt8], scheme: PrefixScheme, splits: Bool)

  /// Splits the words further; `isFirst` tells that they begin the whole text.
  func apply(to words: inout WordList, isFirst: Bool) {
    switch self {
    case .split(let pattern, let behavior, let isInverted):
      words = pattern.split(words, behavior: behavior, isInverted: isInverted)
    case .spacePrefix:
      words.rewrite { word, _ in word.first == 0x20 ? Array(word) : [0x20] + word }
    case .marks(let mark, let scheme, let splits):
      words.rewrite { word, index in
        let text = UTF8Text.replacing([0x20], with: mark, in: Array(word))
        let isPrefixed = scheme == .always || (scheme == .first && isFirst && index == 0)
        return isPrefixed && !text.starts(with: mark) ? mark + text : text
      }
      guard splits else { return }
      words = Pattern.literal(mark).split(words, behavior: .mergedWithNext, isInverted: false)
    }
  }
}

extension PreTokenizer.Pattern {
  /// A stretch of text that is a match, or lies between matches.
  private struct Span {
    var end: Int
    var isMatch: Bool
  }

  /// Splits every word at this pattern.
  fileprivate func split(_ words: WordList, behavior: PreTokenizer.Behavior, isInverted: Bool) -> WordList {
    var result = WordList(capacity: words.bytes.count)
    let text = ScalarText(words.bytes)
    var first = 0
    var start = 0
    for wordEnd in words.ends {
      var last = first
      while text.offsets[last] < wordEnd { last += 1 }
      for span in Self.grouped(spans(in: text, words.bytes, first..<last, isInverted), behavior) {
        if behavior != .removed || !span.isMatch { result.append(words.bytes[start..<span.end]) }
        start = span.end
      }
      first = last
    }
    return result
  }

  /// The matches in one word and the text between them, as byte ends.
  private func spans(
    in text: ScalarText, _ bytes: [UInt8], _ word: Range<Int>, _ isInverted: Bool
  ) -> [Span] {
    var spans: [Span] = []
    var index = word.lowerBound
    var gapStart = index
    while index < word.upperBound {
      guard let end = endOfMatch(in: text, bytes, from: index, before: word.upperBound) else {
        index += 1
        continue
      }
      if gapStart < index { spans.append(Span(end: text.offsets[index], isMatch: isInverted)) }
      spans.append(Span(end: text.offsets[end], isMatch: !isInverted))
      index = end
      gapStart = end
    }
    if gapStart < index { spans.append(Span(end: text.offsets[index], isMatch: isInverted)) }
    return spans
  }

  private func endOfMatch(in text: ScalarText, _ bytes: [UInt8], from start: Int, before end: Int) -> Int? {
    switch self {
    case .words(let rule):
      return rule.endOfWord(in: text, from: start, before: end)
    case .numbers(let isSingle):
      guard text.classes[start] == .number else { return nil }
      return isSingle ? start + 1 : text.endOfRun(of: .number, from: start, before: end)
    case .space:
      return text.classes[start] == .space ? text.endOfRun(of: .space, from: start, before: end) : nil
    case .literal(let pattern):
      let stop = text.offsets[start] + pattern.count
      guard stop <= text.offsets[end], UTF8Text.matches(pattern, in: bytes, at: text.offsets[start])
      else { return nil }
      var index = start
      while text.offsets[index] < stop { index += 1 }
      return index
    }
  }

  /// Joins neighbouring spans as the behavior says.
  private static func grouped(_ spans: [Span], _ behavior: PreTokenizer.Behavior) -> [Span] {
    var result: [Span] = []
    for span in spans {
      let joins: Bool
      switch behavior {
      case .isolated, .removed: joins = false
      case .mergedWithPrevious: joins = span.isMatch && result.last?.isMatch == false
      case .mergedWithNext: joins = !span.isMatch && result.last?.isMatch == true
      case .contiguous: joins = span.isMatch == result.last?.isMatch
      }
      if joins, let last = result.indices.last {
        // A joined span takes no further neighbour, but for runs of matches.
        result[last] = Span(end: span.end, isMatch: behavior == .mergedWithNext ? false : span.isMatch)
      } else {
        result.append(span)
      }
    }
    return result
  }
}
