/// Gives texts of tokens ids, and examples passages, where dashboards come from files that know only texts.
public struct TextLibrary: Sendable {
  /// The texts, by id.
  public private(set) var texts: [String]
  /// A passage for each example that was made since they were taken.
  private var passages: [Passage] = []
  private var ids: [String: Int]
  private var nextPassage: Int

  /// Starts with the texts of a vocabulary, and passages behind those that there are.
  public init(texts: [String], firstPassage: Int = 0) {
    self.texts = texts
    nextPassage = firstPassage
    ids = Dictionary(texts.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The id of a text; a text that nobody had gets the next one.
  public mutating func id(of text: String) -> Int {
    if let id = ids[text] { return id }
    ids[text] = texts.count
    texts.append(text)
    return texts.count - 1
  }

  /// Makes an example, whose tokens become a passage; nil for one that is empty or whose parts do not fit.
  mutating func example(
    _ tokens: [String], _ activations: [Float], focus: Int, document: Int = -1
  ) -> FeatureExample? {
    guard tokens.count == activations.count, tokens.indices.contains(focus) else { return nil }
    let ids = tokens.map { id(of: $0) }
    let passage = Passage(
      id: nextPassage, tokens: ids, documents: ids.map { _ in document })
    nextPassage += 1
    passages.append(passage)
    return FeatureExample(
      passage: passage.id, start: 0, document: document, tokens: ids, activations: activations, focus: focus)
  }

  /// Returns the passages since the last call.
  mutating func takePassages() -> [Passage] {
    defer { passages = [] }
    return passages
  }
}
