import Foundation
import Studies
import Testing

@Suite("Study files")
struct StudyFileTests {
  /// A small file that is right.
  static let right = """
    study: small
    question: Is it there?
    models:
      - model: specimen/boolean
    prompts:
      questions: {specimen: boolean, circuit: chain, count: 12}
      listed:
        template: "a{a} b0 c1 d0 chain"
        answer: "{answer}"
        table:
          - {a: 1, answer: "yes"}
          - {a: 0, answer: "no"}
    behaviour:
      questions: {share: 0.9}
    supernodes:
      middle: {encodes: A, probes: questions, at: last}
      answer: {output: "{answer}"}
    interventions:
      silent: {suppress: middle}
      other: {swap: middle}
    hypotheses:
      it is there: {exists: middle, share: 0.5}
      it matters: {after: silent, lowers: answer, by: 0.1}
    """

  private func study(_ text: String, folder: URL? = nil) throws -> Study {
    try StudyFile(name: "small.yaml", text: text, folder: folder).study()
  }

  @Test("every built-in study reads, and bears the name of its file")
  func library() throws {
    #expect(StudyLibrary.names.contains("two-hop"))
    for name in StudyLibrary.names {
      let study = try #require(try StudyLibrary.file(named: name)).study()
      #expect(study.name == name && !study.hypotheses.isEmpty && !study.plan.isEmpty)
    }
    #expect(try StudyLibrary.file(named: "no-such-study") == nil)
  }

  @Test("the starting file is a study of the name that it is given")
  func start() throws {
    let study = try study(StudyLibrary.start(named: "mine"))
    #expect(study.name == "mine" && study.prompts.map(\.name) == ["questions", "facts"])
    guard case .texts(let texts) = study.prompts[1].source else { throw Unexpected() }
    #expect(texts.count == 15 && texts.allSatisfy { $0.spans["country"] != nil })
  }

  private struct Unexpected: Error {}

  @Test("a file is read as it is meant")
  func meaning() throws {
    let study = try study(Self.right)
    guard case .texts(let texts) = study.prompts[1].source else { throw Unexpected() }
    #expect(texts.map(\.text) == ["a1 b0 c1 d0 chain", "a0 b0 c1 d0 chain"])
    #expect(texts.map { $0.columns["answer"] } == ["yes", "no"] && texts[0].spans == ["a": 1..<2])
    #expect(study.hypotheses[0].prompts == "questions" && study.interventions[1].other == ["A"])
    #expect(study.supernodes[0].places == [.index(-1)] && study.supernodes[0].column == "A")
    #expect(study.least == 10 && study.title == "small" && study.prompts[1].columns == ["a", "answer"])
  }

  @Test("several texts may be right, and features may have to do more than others")
  func alternatives() throws {
    let text = Self.right.replacingOccurrences(
      of: "share: 0.9}", with: "share: 0.9, answers: [\"{A}\", \"no\"]}"
    ).replacingOccurrences(of: "share: 0.5}", with: "share: 0.5, against: random}").replacingOccurrences(
      of: "{after: silent, lowers: answer, by: 0.1}",
      with: "{after: silent, gives: [\"{A}\", \"no\"], share: 0.1}")
    let study = try study(text)
    #expect(
      study.behaviours[0].answers.count == 2 && study.hypotheses.map(\.isAgainstRandom) == [true, false])
    guard case .gives(_, let texts, _) = study.hypotheses[1].test else { throw Unexpected() }
    #expect(texts == study.behaviours[0].answers)
    #expect(study.hypotheses[1].measure.contains("‘{A}’ or ‘no’"))
    #expect(study.hypotheses[0].measure.contains("more than other features"))
  }

  /// A replacement in the right file, the line that the error must name, and words that it must hold.
  struct Mistake: CustomTestStringConvertible {
    var old: String
    var new: String
    var line: Int?
    var words: [String]
    var testDescription: String { new }
  }

  static let mistakes = [
    Mistake(
      old: "question: Is", new: "qestion: Is", line: 2, words: ["'qestion'", "no such key", "supernodes"]),
    Mistake(
      old: "share: 0.9", new: "share: often", line: 14,
      words: ["behaviour.questions.share", "number from 0 to 1", "write one"]),
    Mistake(
      old: "count: 12", new: "count: 0", line: 6, words: ["prompts.questions.count", "whole number from 1"]),
    Mistake(
      old: ", count: 12", new: "", line: 6, words: ["prompts.questions", "'count' is missing", "how many"]),
    Mistake(
      old: "behaviour:\n  questions:", new: "behaviour:\n  others:", line: 14,
      words: ["behaviour.others", "no set of prompts 'others'", "questions, listed"]),
    Mistake(
      old: "probes: questions", new: "probes: others", line: 16,
      words: ["supernodes.middle.probes", "no set of prompts 'others'", "declare it"]),
    Mistake(
      old: "encodes: A", new: "encodes: Z", line: 16,
      words: ["supernodes.middle.encodes", "no column in 'questions' 'Z'", "A again"]),
    Mistake(
      old: "suppress: middle", new: "suppress: center", line: 19,
      words: ["interventions.silent.suppress", "no supernode 'center'", "middle, answer"]),
    Mistake(
      old: "exists: middle", new: "exists: nobody", line: 22,
      words: ["hypotheses.it is there.exists", "no supernode 'nobody'"]),
    Mistake(
      old: "after: silent", new: "after: noise", line: 23,
      words: ["hypotheses.it matters.after", "no intervention 'noise'", "silent, other"]),
    Mistake(
      old: "{after: silent, lowers: answer, by: 0.1}", new: "{after: silent, lowers: answer}", line: 23,
      words: ["hypotheses.it matters", "'by' is missing", "by: 0.5"]),
    Mistake(
      old: "exists: middle,", new: "exists: middle, around: middle,", line: 22,
      words: ["both here", "give one of"]),
    Mistake(
      old: "\"a{a} b0", new: "\"a{q} b0", line: 8,
      words: ["prompts.listed.template", "no column q", "a, answer"]),
    Mistake(
      old: "\"a{a} b0", new: "\"a{a b0", line: 8,
      words: ["prompts.listed.template", "brace is not closed", "'{column}'"]),
    Mistake(
      old: "specimen: boolean", new: "specimen: bolean", line: 6,
      words: ["prompts.questions.specimen", "no specimen 'bolean'", "boolean"]),
    Mistake(
      old: "circuit: chain", new: "circuit: chair", line: 6,
      words: ["no circuit of boolean 'chair'", "chain"]),
    Mistake(
      old: "study: small", new: "study: Small Study", line: 1,
      words: ["'study'", "no name for a study", "small letters"]),
    Mistake(
      old: "suppress: middle", new: "suppress: answer", line: 19,
      words: ["output cannot be changed", "supernode of features"]),
    Mistake(
      old: "swap: middle", new: "inject: middle", line: 20,
      words: ["interventions.other.inject", "active-on"]),
    Mistake(
      old: "models:\n  - model: specimen/boolean", new: "models: []\n", line: 3,
      words: ["'models'", "here should be a list"]),
    Mistake(
      old: "{exists: middle, share: 0.5}", new: "[exists]", line: 22,
      words: ["hypotheses.it is there", "keys with values"]),
    Mistake(
      old: "exists: middle, share: 0.5", new: "exists: middle, share: 0.5, against: chance", line: 22,
      words: ["hypotheses.it is there.against", "against: random"]),
    Mistake(
      old: "exists: middle, share: 0.5", new: "exists: answer, share: 0.5, against: random", line: 22,
      words: ["no features to replace"]),
    Mistake(
      old: "lowers: answer, by: 0.1", new: "lowers: answer, by: 0.1, against: random", line: 23,
      words: ["goes with 'exists' and 'edge'"]),
    Mistake(
      old: "{exists: middle, share: 0.5}", new: "{weights: [middle, answer], sign: positive, by: 0.1}",
      line: 22,
      words: ["no supernode 'answer'", "middle"]),
    Mistake(
      old: "share: 0.9}", new: "share: 0.9, answers: [\"{q}\"]}", line: 14,
      words: ["behaviour.questions.answers[1]", "no prompts have a column 'q'"]),
    Mistake(old: "  it matters:", new: "  it is there:", line: nil, words: ["it is there", "twice"]),
    Mistake(old: "hypotheses:", new: "hypotheses: [", line: nil, words: ["not YAML", "correct"]),
    Mistake(
      old: "encodes: A, probes: questions", new: "features: [12845]", line: 16,
      words: ["names no feature", "12/845"]),
    Mistake(
      old: "at: last}", new: "at: last, layers: [5, 2]}", line: 16,
      words: ["ends before it begins", "[5, 11]"]),
    Mistake(
      old: "answer: {output: \"{answer}\"}", new: "answer: {output: \"{answer}\", at: last}", line: 17,
      words: ["supernodes.answer.at", "does not go with 'output'"]),
    Mistake(
      old: "answer: {output: \"{answer}\"}", new: "answer: {at: last}", line: 17,
      words: ["no rule says", "encodes"]),
  ]

  @Test("a mistake is told with its file, line, key and what to do", arguments: mistakes)
  func mistake(_ mistake: Mistake) throws {
    try #require(Self.right.contains(mistake.old))
    let text = Self.right.replacingOccurrences(of: mistake.old, with: mistake.new)
    let error = try #require(throws: StudyFileError.self) { try study(text) }
    if let line = mistake.line { #expect(error.line == line, "\(error)") }
    #expect(error.file == "small.yaml" && !error.remedy.isEmpty)
    for word in mistake.words { #expect(error.description.contains(word), "\(error)") }
    #expect(error.description.hasSuffix(".") && !error.description.contains("\n"), "\(error)")
  }

  @Test("what is missing from the whole is told")
  func missing() throws {
    for key in ["prompts", "behaviour", "hypotheses", "question", "models"] {
      let lines = Self.right.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      var isLeftOut = false
      let rest = lines.filter { line in
        if !line.hasPrefix(" ") { isLeftOut = line.hasPrefix(key + ":") }
        return !isLeftOut
      }
      let error = try #require(throws: StudyFileError.self) { try study(rest.joined(separator: "\n")) }
      #expect(error.description.contains(key), "\(key): \(error)")
    }
    for text in ["", "- a", "42", "a: &x [*x]"] { #expect(throws: StudyFileError.self) { try study(text) } }
  }

  @Test("aliases of aliases are refused before they are spelled out")
  func aliases() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<12 {
      text +=
        "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
        + "]\n"
    }
    #expect(throws: StudyFileError.self) { try study(text) }
  }

  @Test("tables are comma-separated values beside the study")
  func tables() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "study-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let text = Self.right.replacingOccurrences(
      of: "table:\n      - {a: 1, answer: \"yes\"}\n      - {a: 0, answer: \"no\"}", with: "table: rows.csv")
    try #require(text.contains("rows.csv"))
    let table = { (csv: String) in
      try csv.write(to: folder.appending(path: "rows.csv"), atomically: true, encoding: .utf8)
      guard case .texts(let texts) = try self.study(text, folder: folder).prompts[1].source else {
        throw Unexpected()
      }
      return texts.map { $0.columns }
    }
    #expect(
      try table("a,answer\n1,yes\n\n# left out\n\"0\",\"no, \"\"never\"\"\"\r\n") == [
        ["a": "1", "answer": "yes"], ["a": "0", "answer": "no, \"never\""],
      ])
    for (csv, line, word) in [
      ("a,answer\n1\n", 2, "1 values for 2 columns"), ("a,a\n1,2\n", 1, "twice"),
      ("a,answer\n1,\"yes\n", 2, "quote is not closed"),
    ] {
      let error = try #require(throws: StudyFileError.self) { try table(csv) }
      #expect(error.file == "rows.csv" && error.line == line && error.description.contains(word), "\(error)")
    }
    let error = try #require(throws: StudyFileError.self) { try study(text) }
    #expect(error.line == 10 && error.description.contains("rows.csv"), "\(error)")
    for name in ["../rows.csv", "/etc/passwd", "none.csv"] {
      let error = try #require(throws: StudyFileError.self) {
        try study(text.replacingOccurrences(of: "rows.csv", with: name), folder: folder)
      }
      #expect(error.line == 10, "\(error)")
    }
  }
}
