import Evaluations
import FeatureDashboards
import Foundation
import LinearAlgebra
import LiveServices
import ModelCatalogues
import ReplacementModels
import Tokenizers
import TranscoderTraining
import Transcoders
import Transformers

/// The parts of an evaluation, one basis after another.
struct EvaluationJob {
  let model: LanguageModel
  /// What people call the model.
  let modelName: String
  /// The transcoders, each with its folder.
  let sets: [(folder: String, set: TranscoderSet)]
  let workers: Workers

  /// A basis for each set, called as its folder, and one for neurons.
  func bases(neurons: Bool) -> [EvaluationReport.Basis] {
    let names = sets.map { URL(filePath: $0.folder).lastPathComponent }
    let isUnique = Set(names).count == names.count
    return zip(names, sets).map { .init(name: isUnique ? $0 : $1.folder) }
      + (neurons ? [.init(name: "neurons")] : [])
  }

  /// The prompts as the model reads them; refuses those that are too long for it or the machine.
  func tokens(_ prompts: some Collection<String>, first: Int?) throws -> [[Int]] {
    let configuration = model.transformer.configuration
    return try prompts.map { prompt in
      let tokens = (first.map { [$0] } ?? []) + model.tokenizer.encode(prompt)
      guard (1...configuration.contextLength).contains(tokens.count) else {
        throw CommandError(
          "The prompt ‘\(Terminal.visible(String(prompt.prefix(40))))’ has \(tokens.count) tokens; this model reads 1 to "
            + "\(configuration.contextLength): change it.")
      }
      try MemoryNeed(tracing: configuration, positions: tokens.count).check()
      return tokens
    }
  }

  /// Measures each set on text.
  func read(_ contexts: [[Int]], into report: inout EvaluationReport) throws {
    for (place, entry) in sets.enumerated() {
      Terminal.progress("\(report.bases[place].name): reading \(contexts.count) contexts")
      report.bases[place].text = try TranscoderEvaluation(
        entry.set, of: model.transformer, contexts: contexts, workers)
    }
    Terminal.progress("")
  }

  /// Checks the labels of each basis on text.
  func judge(_ contexts: [[Int]], first: Int?, into report: inout EvaluationReport) throws {
    let bases = sets.map { DashboardBasis.transcoders($0.set) } + [.neurons]
    for place in report.bases.indices {
      let name = report.bases[place].name
      let subject = DashboardSubject(
        model: model, name: modelName, firstToken: .modelDefault, basis: bases[place], file: nil)
      let store = try subject.existingStore()
      let reader = BasisActivity(model.transformer, bases[place], first: first)
      report.bases[place].labels = try store.interpretability(reader, contexts, workers) {
        Terminal.progress("\(name): \($0) of \(contexts.count) contexts")
      }
    }
    Terminal.progress("")
  }

  /// Scores the graphs of each basis.
  func score(_ prompts: [[Int]], into report: inout EvaluationReport) throws {
    let suite = GraphSuite(model.transformer, nodeCounts: report.nodeCounts, workers)
    let bases = sets.map { SuiteBasis.transcoders($0.set) } + [.neurons]
    let total = report.bases.count * prompts.count
    let clock = ContinuousClock()
    let start = clock.now
    for place in report.bases.indices {
      let (name, before) = (report.bases[place].name, place * prompts.count)
      report.bases[place].graphs = try suite.scores(bases[place], prompts) { done in
        let left = (clock.now - start) / .seconds(1) * Double(total - before - done) / Double(before + done)
        Terminal.progress("\(name): \(done) of \(prompts.count) prompts, about \(left.rounded(to: 0)) s left")
      }
    }
    Terminal.progress("")
  }

  /// Writes the report and its figures.
  func write(_ report: EvaluationReport, to folder: String) throws {
    let place = URL(filePath: folder)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let figures = report.figures
    do {
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      for figure in figures {
        try Data(figure.svg.utf8).write(to: place.appending(component: figure.file), options: .atomic)
      }
      try encoder.encode(report).write(to: place.appending(component: "report.json"), options: .atomic)
      let text = report.markdown(figures: figures.map { ($0.file, $0.title) })
      try Data(text.utf8).write(to: place.appending(component: "report.md"), options: .atomic)
    } catch {
      throw CommandError(
        "Cannot write the report into \(folder): check the disk, or choose another place with --report.")
    }
  }
}
