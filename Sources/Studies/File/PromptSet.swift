/// Prompts that are asked alike.
public struct PromptSet: Sendable, Hashable, Codable {
  /// Where prompts come from.
  public enum Source: Sendable, Hashable, Codable {
    /// They are written out: lists, or templates filled in from tables.
    case texts([StudyText])
    /// A specimen's generator draws them, with their answer keys: a key's variables are columns.
    case specimen(name: String, circuit: String)
  }

  /// The name by which the study speaks of them.
  public var name: String
  /// Where they come from.
  public var source: Source
  /// How many are drawn, by the run's seed; nil for all that are written out.
  public var count: Int?
  /// Whether each is the user's message in the model's chat template.
  public var isChat: Bool
  /// The columns that every prompt has.
  public var columns: [String]

  /// Describes a set.
  public init(
    name: String, source: Source, count: Int? = nil, isChat: Bool = false, columns: [String] = []
  ) {
    self.name = name
    self.source = source
    self.count = count
    self.isChat = isChat
    self.columns = columns
  }
}

/// One prompt that is written out.
public struct StudyText: Sendable, Hashable, Codable {
  /// What the model reads.
  public var text: String
  /// What is known of it, by column; `answer` is what the model should say.
  public var columns: [String: String]
  /// Where a template put its columns: the ranges of UTF-8 bytes in the text.
  public var spans: [String: Range<Int>]

  /// Describes a prompt.
  public init(text: String, columns: [String: String] = [:], spans: [String: Range<Int>] = [:]) {
    self.text = text
    self.columns = columns
    self.spans = spans
  }
}

/// A text with columns in braces, such as `The capital of {country} is`; `{{` is a brace.
public struct TextTemplate: Sendable, Hashable, Codable {
  /// A piece of a template.
  public enum Part: Sendable, Hashable, Codable {
    /// As it stands.
    case text(String)
    /// The value of a column.
    case column(String)
  }

  /// The pieces, in order.
  public let parts: [Part]

  /// Reads a template; nil where a brace is not closed.
  public init?(_ text: String) {
    var parts: [Part] = []
    var plain = ""
    var rest = text[...]
    while let first = rest.popFirst() {
      if (first == "{" || first == "}"), rest.first == first {
        plain.append(first)
        rest.removeFirst()
      } else if first == "{" {
        guard let end = rest.firstIndex(of: "}") else { return nil }
        if !plain.isEmpty { parts.append(.text(plain)) }
        plain = ""
        parts.append(.column(String(rest[..<end])))
        rest = rest[rest.index(after: end)...]
      } else if first == "}" {
        return nil
      } else {
        plain.append(first)
      }
    }
    if !plain.isEmpty { parts.append(.text(plain)) }
    self.parts = parts
  }

  /// The columns that are used.
  public var columns: [String] {
    parts.compactMap { part in
      if case .column(let name) = part { name } else { nil }
    }
  }

  /// The text with columns filled in, and where each came to stand; nil where one is missing.
  public func filled(_ values: [String: String]) -> (text: String, spans: [String: Range<Int>])? {
    var (text, spans) = ("", [String: Range<Int>]())
    for part in parts {
      switch part {
      case .text(let plain): text += plain
      case .column(let name):
        guard let value = values[name] else { return nil }
        spans[name] = text.utf8.count..<(text.utf8.count + value.utf8.count)
        text += value
      }
    }
    return (text, spans)
  }
}
