/// Reads the steps of a `tokenizer.json`: normalizers, pre-tokenizers, decoders.
struct PipelineReader {
  /// The file.
  let document: JSONDocument

  /// The type of a step; nil for a step that is absent.
  private func type(of step: JSONDocument.Value?, _ role: String) throws(TokenizerError) -> String? {
    guard let step else { return nil }
    guard let type = try document.string("type", of: step, at: role + ".") else {
      throw document.unexpected("\(role).type", "a string")
    }
    return type
  }

  /// Appends a normalizer's steps.
  func readNormalizer(_ step: JSONDocument.Value?, into normalizers: inout [Normalizer])
    throws(TokenizerError)
  {
    guard let type = try type(of: step, "normalizer") else { return }
    switch type {
    case "Sequence":
      for part in try document.array("normalizers", of: step) { try readNormalizer(part, into: &normalizers) }
    case "Replace":
      let pattern = try literal(of: step, "normalizer")
      let content = try document.string("content", of: step) ?? ""
      normalizers.append(.replace(pattern, with: Array(content.utf8)))
    case "Prepend": normalizers.append(.prepend(Array((try document.string("prepend", of: step) ?? "").utf8)))
    case "NFC": normalizers.append(.composition)
    default: throw document.unsupported("the normalizer `\(type)`")
    }
  }

  /// Appends a pre-tokenizer's steps, and tells whether one of them spells words as bytes.
  func readPreTokenizer(
    _ step: JSONDocument.Value?, into steps: inout [PreTokenizer], isByteLevel: inout Bool
  ) throws(TokenizerError) {
    guard let type = try type(of: step, "pre_tokenizer") else { return }
    switch type {
    case "Sequence":
      for part in try document.array("pretokenizers", of: step) {
        try readPreTokenizer(part, into: &steps, isByteLevel: &isByteLevel)
      }
    case "ByteLevel":
      isByteLevel = true
      if try document.bool("add_prefix_space", of: step) ?? true { steps.append(.spacePrefix) }
      if try document.bool("use_regex", of: step) ?? true { steps.append(.words(.gpt2)) }
    case "Digits":
      let isSingle = try document.bool("individual_digits", of: step) ?? false
      steps.append(
        .split(.numbers(isSingle: isSingle), isSingle ? .isolated : .contiguous, isInverted: false))
    case "Split": steps.append(try split(step))
    case "Metaspace": steps.append(try marks(step))
    case "WhitespaceSplit": steps.append(.split(.space, .removed, isInverted: false))
    default: throw document.unsupported("the pre-tokenizer `\(type)`")
    }
  }

  private func split(_ step: JSONDocument.Value?) throws(TokenizerError) -> PreTokenizer {
    let name = try document.string("behavior", of: step) ?? ""
    guard let behavior = PreTokenizer.Behavior(rawValue: name) else {
      throw document.unsupported("the split behavior `\(name)`")
    }
    let isInverted = try document.bool("invert", of: step) ?? false
    guard let regex = try document.string("Regex", of: document.member("pattern", of: step)) else {
      return .split(.literal(try literal(of: step, "pre_tokenizer")), behavior, isInverted: isInverted)
    }
    guard let pattern = PreTokenizer.Pattern(regularExpression: regex) else {
      throw document.unsupported("the split pattern `\(regex)`")
    }
    return .split(pattern, behavior, isInverted: isInverted)
  }

  private func marks(_ step: JSONDocument.Value?) throws(TokenizerError) -> PreTokenizer {
    let mark = try document.string("replacement", of: step) ?? "\u{2581}"
    let isPrefixed = try document.bool("add_prefix_space", of: step) ?? true
    let name = try document.string("prepend_scheme", of: step) ?? (isPrefixed ? "always" : "never")
    guard let scheme = PreTokenizer.PrefixScheme(rawValue: name), !mark.isEmpty else {
      throw document.unsupported("the prepend scheme `\(name)`")
    }
    return .marks(Array(mark.utf8), scheme: scheme, splits: try document.bool("split", of: step) ?? true)
  }

  /// Adds a decoder's steps.
  func readDecoder(_ step: JSONDocument.Value?, into decoder: inout TextDecoder) throws(TokenizerError) {
    guard let type = try type(of: step, "decoder") else { return }
    switch type {
    case "Sequence":
      for part in try document.array("decoders", of: step) { try readDecoder(part, into: &decoder) }
    case "ByteLevel": decoder.joinsBytes = true
    case "ByteFallback", "Fuse": break
    case "Replace":
      let content = try document.string("content", of: step) ?? ""
      decoder.replacements.append(
        .init(pattern: try literal(of: step, "decoder"), replacement: Array(content.utf8)))
    case "Strip":
      let content = try document.string("content", of: step) ?? ""
      let (start, stop) = (
        document.index(document.member("start", of: step)), document.member("stop", of: step)
      )
      guard content == " ", start == 1, document.index(stop) == 0 else {
        throw document.unsupported("the decoder `Strip` of anything but one leading space")
      }
      decoder.dropsLeadingSpace = true
    case "Metaspace":
      guard case .marks(let mark, let scheme, _) = try marks(step) else { return }
      decoder.replacements.append(.init(pattern: mark, replacement: [0x20]))
      decoder.dropsLeadingSpace = scheme != .never
    default: throw document.unsupported("the decoder `\(type)`")
    }
  }

  /// The fixed string that a step looks for.
  private func literal(of step: JSONDocument.Value?, _ role: String) throws(TokenizerError) -> [UInt8] {
    let pattern = document.member("pattern", of: step)
    if let regex = try document.string("Regex", of: pattern) {
      throw document.unsupported("the regular expression `\(regex)` in a \(role)")
    }
    guard let text = try document.string("String", of: pattern), !text.isEmpty else {
      throw document.unexpected("\(role).pattern", "a non-empty string")
    }
    return Array(text.utf8)
  }
}

extension PreTokenizer.Pattern {
  /// The pattern of a regular expression that a known family of models splits by, or nil.
  init?(regularExpression: String) {
    let spaces = #"\s+(?!\S)|\s+"#
    let clauses = #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"#
    let rest = #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|"# + spaces
    switch regularExpression {
    case #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|"# + spaces: self = .words(.gpt2)
    case clauses + #"\p{N}{1,3}"# + rest: self = .words(.clauses(digits: 3))
    case clauses + #"\p{N}"# + rest: self = .words(.clauses(digits: 1))
    case #"\p{N}"#: self = .numbers(isSingle: true)
    case #"\p{N}+"#: self = .numbers(isSingle: false)
    default: return nil
    }
  }
}
