import Testing

@testable import FeatureDashboards

@Suite("Prompts for labels")
struct PromptStyleTests {
  private let names = [FeatureName(layer: 3, index: 17), FeatureName(layer: 9, index: 2)]

  private var feature: FeatureDashboard {
    let text = Vocabulary.text(2000, seed: 40)
    let places = text.indices.filter { text[$0] == Vocabulary.token(" Paris") }
    let effects = TokenEffects(top: [.init(token: Vocabulary.token(" French"), value: 1)], bottom: [])
    return dashboard(
      of: text, activations: Dictionary(uniqueKeysWithValues: places.map { ($0, 4) }), effects: effects)
  }

  @Test("Prompts show marked tokens, strengths and what is raised", arguments: PromptStyle.allCases)
  func prompts(style: PromptStyle) throws {
    let messages = style.messages([feature], Vocabulary.texts)
    #expect(messages.map(\.role) == ["system", "user"])
    let shown = try #require(messages.last?.content)
    #expect(shown.contains("<< Paris>>") && shown.contains("Makes more likely: \" French\""))
    #expect(style == .examples ? shown.contains("(\" Paris\", 10)") : shown.contains("Feature 1/2"))
  }

  @Test(
    "A sentence behind the mark, whatever stands before",
    arguments: [
      ("[EXPLANATION]: Names of French cities.", "Names of French cities."),
      ("They are all cities.\n[explanation]:  “Cities”  \nthanks", "“Cities”"),
      ("[EXPLANATION]: first\n[EXPLANATION]: \"second\"", "second"), ("[EXPLANATION]:", nil),
      ("no mark", nil),
      ("", nil), ("<html><body>502 Bad Gateway</body></html>", nil),
      ("[EXPLANATION]: <b>bold</b>", nil), ("[EXPLANATION]: a\u{1B}[31mb\u{7}\u{202E}c", "a [31mb c"),
    ] as [(String, String?)])
  func sentences(text: String, expected: String?) {
    let labels = PromptStyle.examples.labels(in: text, to: [names[0]])
    #expect(labels == expected.map { [names[0]: $0] } ?? [:])
  }

  @Test(
    "The names in a JSON object, those that are there",
    arguments: [
      (#"{"3/17": "days", "9/2": "capitals"}"#, ["days", "capitals"]),
      ("Sure!\n```json\n{\"9/2\": \"capitals\"}\n```", [nil, "capitals"]),
      (#"{"3/17": 5, "9/2": " x \n y "}"#, [nil, "x y"]),
      (#"{"3/17": "", "9/2": null, "1/1": "z"}"#, [nil, nil]),
      (#"{"3/17": "days""#, [nil, nil]), ("[1, 2]", [nil, nil]), ("}{", [nil, nil]), ("", [nil, nil]),
      (#"{"3/17": {"a": "b"}, "9/2": ["c"]}"#, [nil, nil]),
    ] as [(String, [String?])])
  func tables(text: String, expected: [String?]) {
    let labels = PromptStyle.tokens.labels(in: text, to: names)
    #expect(names.map { labels[$0] } == expected)
  }

  @Test("A label of any length but a label's is none")
  func lengths() {
    #expect(PromptStyle.tidy(String(repeating: "a", count: 400)) != nil)
    #expect(PromptStyle.tidy(String(repeating: "a", count: 401)) == nil)
    #expect(PromptStyle.tidy(String(repeating: "word ", count: 1_000_000)) == nil)
    #expect(PromptStyle.tidy(" \n\u{0}\t ") == nil && PromptStyle.tidy("\"") == "\"")
  }

  @Test("Marks join neighbours and stay inside the excerpt")
  func marks() {
    let example = FeatureExample(
      passage: 0, start: 0, document: 0,
      tokens: Vocabulary.tokens(" the", " cat", " runs", " to", " Paris", "."),
      activations: [0, 5, 5, 1, 9, 0], focus: 2)
    #expect(example.text(Vocabulary.texts, reach: 10) == " the<< cat runs>> to<< Paris>>.")
    #expect(example.text(Vocabulary.texts, reach: 1) == "<< cat runs>> to")
    #expect(example.text(Vocabulary.texts, reach: 0) == "<< runs>>")
    #expect(example.text(Vocabulary.texts, reach: 1, marked: [3], marks: ("«", "»")) == " cat runs« to»")
  }
}
