import Evaluations
import Foundation
import GraphFiles
import Interventions
import LinearAlgebra
import LiveServices
import Specimens
import Studies
import Testing
import Transformers

/// The compiled specimen, made once for all tests, and a study of it.
private struct Compiled {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "studies-" + UUID().uuidString)
    let specimen = try #require(SpecimenShelf.specimen(named: "boolean"))
    let place = folder.path
    _ = try SpecimenMaker(specimen, size: "usual") { _ in place }.run()
  }

  func subject(threads: Int = 2) throws -> StudySubject {
    StudySubject(
      model: try LanguageModel(path: folder.path, workers: Workers(count: threads)), name: "specimen/boolean",
      basis: .neurons, basisName: "neurons")
  }

  func run(_ text: String = Compiled.study, threads: Int = 2) throws -> StudyRun {
    StudyRun(
      try StudyFile(name: "chain", text: text, folder: nil).study(), on: try subject(threads: threads))
  }

  static let study = """
    study: chain
    question: Is the variable between the input and the reply computed, and does the reply follow from it?
    models:
      - model: specimen/boolean
    prompts:
      questions: {specimen: boolean, circuit: chain, count: 24}
      probes: {specimen: boolean, circuit: chain, count: 120}
      parallel: {specimen: boolean, circuit: parallel, count: 60}
    behaviour:
      questions: {share: 1}
    supernodes:
      input: {tokens: "{a}"}
      question: {tokens: last}
      middle: {encodes: A again, probes: probes, at: "{A again}"}
      chain only: {active-on: probes, not-on: parallel, at: last, score: 0.5}
      answer: {output: "{answer}"}
    interventions:
      silent: {suppress: middle}
      other: {swap: middle, sweep: [0, 0.5, 1]}
      no input: {suppress: input}
    hypotheses:
      the middle is there: {exists: middle, share: 1}
      the input brings it: {edge: [input, middle], sign: positive, share: 1}
      it brings the answer: {edge: [middle, answer], sign: positive, share: 1}
      without it the answer goes: {after: silent, lowers: answer, by: 0.3}
      another middle, another answer: {after: other, gives: "{donor.answer}", share: 0.9}
      without the input it goes: {after: no input, lowers: middle, by: 0.5}
      nothing goes around it: {around: middle, from: input, at-most: 0.05}
    """
}

@Suite("Studies of a compiled circuit")
struct StudyRunTests {
  @Test("what is true of the circuit holds, with intervals and what the graphs capture")
  func held() throws {
    let report = try #require(try Compiled().run().report())
    #expect(report.behaviours[0].answered.share == 1 && report.behaviours[0].answered.trials == 24)
    for finding in report.findings { #expect(finding.verdict == .held, "\(finding)") }
    for finding in report.findings {
      let (value, interval) = (try #require(finding.value), try #require(finding.interval))
      #expect(finding.count == 24 && interval[0] <= value + 1e-9 && value <= interval[1] + 1e-9, "\(finding)")
    }
    let graphs = try #require(report.graphs.first)
    #expect(report.graphs.count == 1 && graphs.prompts == "questions" && graphs.captured.count == 24)
    #expect(graphs.edges.contains { $0.from == "middle" && $0.weight > 0 })
    let curve = try #require(report.curves.first)
    #expect(curve.points.map(\.strength) == [0, 0.5, 1])
    #expect(try #require(curve.points.last?.donor) > 0.5 && #require(curve.points.first?.donor) < 0.6)
  }

  @Test("the same study on shuffled labels or other features fails", arguments: StudyControl.allCases)
  func control(_ control: StudyControl) throws {
    var run = try Compiled().run()
    run.control = control
    let report = try #require(try run.report())
    let verdicts = Dictionary(uniqueKeysWithValues: report.findings.map { ($0.name, $0.verdict) })
    for name in ["without it the answer goes", "another middle, another answer", "nothing goes around it"] {
      #expect(verdicts[name] != .held, "\(name): \(report.findings)")
    }
    #expect(report.count(.held) < report.findings.count / 2, "\(report.findings)")
    #expect(report.summary.contains("control"))
  }

  @Test("shuffled, a supernode of tokens stands for as many others, and what is true of it alone fails")
  func shuffledTokens() throws {
    let study =
      Compiled.study.components(separatedBy: "hypotheses:")[0]
      + "hypotheses:\n  it goes: {after: no input, lowers: answer, by: 0.3}\n"
    let verdicts = try [nil, StudyControl.shuffled].map { control in
      var run = try Compiled().run(study)
      run.control = control
      return try #require(try run.report()).findings[0]
    }
    #expect(verdicts.map(\.verdict) == [.held, .failed], "\(verdicts)")
  }

  @Test("against random features what is true holds, and random features fail")
  func rivals() throws {
    let text = Compiled.study.replacingOccurrences(
      of: "{exists: middle, share: 1}", with: "{exists: middle, share: 0.9, against: random}"
    ).replacingOccurrences(
      of: "{edge: [middle, answer], sign: positive, share: 1}",
      with: "{edge: [middle, answer], sign: positive, share: 0.9, against: random}"
    ).replacingOccurrences(
      of: "{edge: [input, middle], sign: positive, share: 1}",
      with: "{edge: [input, middle], sign: positive, share: 0.9, against: random}")
    var run = try Compiled().run(text)
    let report = try #require(try run.report())
    #expect(report.findings.prefix(3).allSatisfy { $0.verdict == .held }, "\(report.findings)")
    run.control = .randomFeatures
    let control = try #require(try run.report())
    #expect(control.findings.prefix(3).allSatisfy { $0.verdict != .held }, "\(control.findings)")
    #expect(control.findings[0].verdict == .failed)
  }

  @Test("any of several texts is right, and says so when it is lost")
  func alternatives() throws {
    let text = Compiled.study.replacingOccurrences(
      of: "questions: {share: 1}", with: "questions: {share: 1, answers: [\"yes\", \"no\"]}"
    ).replacingOccurrences(
      of: "{after: other, gives: \"{donor.answer}\", share: 0.9}",
      with: "{after: other, gives: [\"{answer}\", \"{donor.answer}\"], share: 1}"
    ).replacingOccurrences(
      of: "{after: no input, lowers: middle, by: 0.5}",
      with: "{after: other, loses: [\"{answer}\", \"{donor.answer}\"], share: 0.1}")
    let report = try #require(try Compiled().run(text).report())
    let verdicts = Dictionary(uniqueKeysWithValues: report.findings.map { ($0.name, $0.verdict) })
    #expect(report.behaviours[0].answered.share == 1)
    #expect(
      verdicts["another middle, another answer"] == .held && verdicts["without the input it goes"] == .failed)
  }

  @Test("a set of mistakes passes where one of right answers does not, prompt by prompt")
  func mistakes() throws {
    let shares = try ["top", "mistaken"].map { judged in
      let text = Compiled.study.replacingOccurrences(
        of: "questions: {share: 1}",
        with: "questions: {share: 0.1, judged: \(judged), answers: [\"yes\"]}")
      return try #require(try Compiled().run(text).report()).behaviours[0].answered.share
    }
    #expect(shares[0] > 0 && shares[0] < 1 && shares[0] + shares[1] == 1, "\(shares)")
  }

  @Test("each set's graphs are given out with the supernodes that are in them")
  func graphs() throws {
    var run = try Compiled().run()
    run.graphCount = 2
    var graphs: [StudyGraph] = []
    _ = try run.report(graph: { graphs.append($0) })
    #expect(graphs.map(\.number) == [0, 1] && graphs.allSatisfy { $0.set == "questions" })
    for graph in graphs {
      let file = graph.traced.file(
        slug: try Slug("x"), model: "m", program: .init(name: "t", version: "0", url: ""), seconds: 0)
      let ids = Set(file.nodes.map(\.id))
      #expect(graph.supernodes.contains { $0.label == "middle" })
      for group in graph.supernodes { #expect(ids.isSuperset(of: group.members), "\(group)") }
    }
  }

  @Test("neurons have no virtual weights, which is told in a sentence")
  func neuronsHaveNoWeights() throws {
    let text = Compiled.study.replacingOccurrences(
      of: "{exists: middle, share: 1}", with: "{weights: [middle, chain only], sign: positive, by: 0.1}")
    let error = try #require(throws: StudyError.self) { try Compiled().run(text).report() }
    #expect(error.description.contains("--transcoders"))
  }

  @Test("claims that are wrong fail, whatever they are about")
  func wrong() throws {
    let text = Compiled.study.replacingOccurrences(of: "sign: positive", with: "sign: negative")
      .replacingOccurrences(of: "gives: \"{donor.answer}\"", with: "gives: \"{answer}\"")
      .replacingOccurrences(of: "lowers:", with: "raises:")
    let report = try #require(try Compiled().run(text).report())
    for name in [
      "the input brings it", "it brings the answer", "another middle, another answer",
      "without it the answer goes",
    ] {
      #expect(report.findings.first { $0.name == name }?.verdict == .failed, "\(name): \(report.findings)")
    }
  }

  @Test("where the model does not do what is asked nothing is tested, and it says so")
  func untestable() throws {
    let text = Compiled.study.replacingOccurrences(
      of: "questions: {specimen: boolean, circuit: chain, count: 24}",
      with: "questions: {list: [{text: a1 b0 c1 d0 chain, answer: \"no\", a: 1, A again: 1}]}")
    let report = try #require(try Compiled().run(text).report())
    #expect(report.behaviours[0].answered.successes == 0 && !report.behaviours[0].isThere)
    #expect(report.count(.untestable) == report.findings.count)
    #expect(report.findings.allSatisfy { $0.reason?.contains("questions") == true && $0.value == nil })
    let few = Compiled.study.replacingOccurrences(of: "count: 24", with: "count: 4")
    let small = try #require(try Compiled().run(few).report())
    #expect(small.count(.untestable) == small.findings.count)
    #expect(small.findings[0].reason?.contains("4 prompts") == true)
  }

  @Test("a rule of contrast tells one circuit's features from another's, and they can be brought in")
  func contrast() throws {
    let text = Compiled.study.replacingOccurrences(
      of: "  no input: {suppress: input}", with: "  no input: {suppress: input}\n  in: {inject: chain only}"
    ).replacingOccurrences(
      of: "nothing goes around it:",
      with: "it is special: {exists: chain only, share: 0.9}\n  nothing goes around it:")
    let report = try #require(try Compiled().run(text).report())
    #expect(report.findings.first { $0.name == "it is special" }?.verdict == .held, "\(report.findings)")
    #expect(report.supernodeSizes["chain only"] ?? 0 > 0)
  }

  @Test("results do not depend on the number of threads, nor on being stopped and going on")
  func resuming() throws {
    let compiled = try Compiled()
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let whole = try encoder.encode(try #require(try compiled.run(threads: 1).report()))
    #expect(try encoder.encode(try #require(try compiled.run(threads: 2).report())) == whole)
    var run = try compiled.run()
    run.cacheRoot = compiled.folder.appending(path: "cache")
    var asked = 0
    let stopped = try run.report(shouldStop: {
      asked += 1
      return asked > 8
    })
    #expect(stopped == nil)
    let kept = try FileManager.default.subpathsOfDirectory(
      atPath: compiled.folder.appending(path: "cache").path)
    #expect(kept.contains { $0.contains("rules.json") } && kept.count < 24)
    #expect(try encoder.encode(try #require(try run.report())) == whole)
    // A third time nothing is computed: not one prompt is asked about.
    var phases: [String] = []
    #expect(try encoder.encode(try #require(try run.report(progress: { phases.append($0.phase) }))) == whole)
    #expect(phases.isEmpty)
  }

  @Test("what is kept belongs to the study's content, the seed and the control")
  func cacheKeys() throws {
    let compiled = try Compiled()
    let root = compiled.folder.appending(path: "cache")
    let folders = { try FileManager.default.contentsOfDirectory(atPath: root.path).count }
    var run = try compiled.run()
    run.cacheRoot = root
    _ = try run.report()
    #expect(try folders() == 1)
    run.seed = 1
    _ = try run.report()
    #expect(try folders() == 2)
    run.control = .shuffled
    _ = try run.report()
    #expect(try folders() == 3)
    var other = try compiled.run(
      Compiled.study.replacingOccurrences(of: "suppress: middle", with: "suppress: middle, factor: -1"))
    other.cacheRoot = root
    _ = try other.report()
    #expect(try folders() == 4)
  }

  @Test("a set in the language of another specimen is refused in a sentence")
  func otherLanguage() throws {
    let text = Compiled.study.replacingOccurrences(
      of: "{specimen: boolean, circuit: parallel, count: 60}",
      with: "{specimen: names, circuit: known, count: 5}")
    let error = try #require(throws: StudyError.self) { try Compiled().run(text).report() }
    #expect(error.description.contains("specimen/names"))
  }

  @Test("prompts of one row share more features than prompts of different rows; shuffled they do not")
  func overlap() throws {
    let text = Compiled.study.replacingOccurrences(
      of: "supernodes:", with: "supernodes:\n"
    ).replacingOccurrences(
      of: "behaviour:",
      with: """
          one:
            template: "a{a} b{b} c{c} d{d} chain"
            table: &rows
              - {a: 1, b: 0, c: 0, d: 0}
              - {a: 0, b: 1, c: 0, d: 1}
              - {a: 1, b: 1, c: 1, d: 0}
              - {a: 0, b: 0, c: 1, d: 1}
              - {a: 1, b: 0, c: 1, d: 1}
              - {a: 0, b: 1, c: 1, d: 0}
              - {a: 1, b: 1, c: 0, d: 1}
              - {a: 0, b: 0, c: 0, d: 0}
              - {a: 1, b: 1, c: 1, d: 1}
              - {a: 0, b: 1, c: 0, d: 0}
          two: {template: "a{a} b{b} c{c} d{d} chain", table: *rows}
        behaviour:
        """
    ).replacingOccurrences(
      of: "hypotheses:", with: "hypotheses:\n  rows share features: {overlap: [one, two], by: 0.05}")
    var run = try Compiled().run(text)
    let report = try #require(try run.report())
    #expect(report.findings[0].verdict == .held && report.findings[0].count == 10, "\(report.findings[0])")
    run.control = .shuffled
    let control = try #require(try run.report())
    #expect(control.findings[0].verdict == .failed, "\(control.findings[0])")
  }
}
