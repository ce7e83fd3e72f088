import Evaluations
import FeatureDashboards
import Foundation
import GraphFiles
import LinearAlgebra
import LiveServices
import ModelCatalogues
import ReplacementModels
import Studies
import Transcoders
import Transformers
import Viewer

/// The built-in studies behind the page, run on models of this machine.
struct StudyService: StudyGallery {
  let home: MicroscopeHome
  let share: MicroscopeShare
  let workers: Workers

  private var shelf: StudyReportShelf { StudyReportShelf(home: home) }
  /// How many prompts' graphs a run leaves.
  private static let graphCount = 3

  func studies() throws(APIError) -> [StudyInfo] {
    var found: [StudyInfo] = []
    for name in StudyLibrary.names { found.append(info(try study(name))) }
    return found
  }

  func report(_ id: String, of study: String) throws(APIError) -> Data { try file("report.json", id, study) }

  func page(_ id: String, of study: String) throws(APIError) -> Data { try file("report.html", id, study) }

  func figure(_ file: String, _ id: String, of study: String) throws(APIError) -> Data {
    try self.file(file, id, study)
  }

  func run(
    _ request: StudyRequest, graphs: URL, progress: (JobProgress) -> Bool
  ) throws(APIError) -> StudyInfo.Report {
    let study = try study(request.study)
    do {
      return try run(study, request, graphs, progress)
    } catch let error as APIError {
      throw error
    } catch { throw APIError(.cannotRun, "\(error)") }
  }

  private func run(
    _ study: Study, _ request: StudyRequest, _ graphs: URL, _ progress: (JobProgress) -> Bool
  ) throws -> StudyInfo.Report {
    var last = JobProgress(phase: "")
    guard progress(last) else { throw APIError(.cancelled, "It was cancelled.") }
    let subject = try subject(of: study, request)
    var run = StudyRun(study, on: subject)
    run.control = try request.control.map { name in
      guard let control = StudyControl(rawValue: name) else {
        throw APIError(.badRequest, "control is 'shuffled' or 'random-features'.")
      }
      return control
    }
    run.seed = request.seed
    run.cacheRoot = home.studies
    run.command = command(study, subject, request)
    let report = try run.report(
      progress: {
        last = JobProgress(phase: $0.phase, done: $0.done, total: $0.all)
        _ = progress(last)
      }, shouldStop: { !progress(last) })
    guard let report else { throw APIError(.cancelled, "It was cancelled.") }
    return try shelf.keep(report, graphs: try trace(run, into: graphs, progress))
  }

  /// Traces some of the study's prompts, so that their graphs can be looked at.
  private func trace(
    _ run: StudyRun, into folder: URL, _ progress: (JobProgress) -> Bool
  ) throws -> [StudyInfo.Graph] {
    guard run.control == nil else { return [] }
    let prompts = try run.prompts(StudyService.graphCount)
    let subject = run.subject
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return try prompts.enumerated().map { place, prompt in
      guard progress(JobProgress(phase: "graphs", done: place, total: prompts.count)) else {
        throw APIError(.cancelled, "It was cancelled.")
      }
      let traced = try PromptTrace(
        TraceSettings(), transcoders: subject.basis.transcoders, model: subject.model, tokens: prompt.tokens
      ).run()
      let words = [run.study.name, subject.name, subject.basisName, "\(run.seed)", "\(place + 1)"]
      let slug = Slug.slug(from: words.joined(separator: " "))
      let file = traced.file(
        slug: slug, model: subject.name,
        program: .init(name: "microscope", version: Microscope.version, url: ""),
        seconds: traced.seconds.total)
      try traced.write(file, to: folder)
      return StudyInfo.Graph(slug: slug.text, title: prompt.text)
    }
  }

  private func study(_ name: String) throws(APIError) -> Study {
    do {
      if let file = try StudyLibrary.file(named: name) { return try file.study() }
    } catch { throw APIError(.failed, "\(error)") }
    throw APIError(
      .noSuchStudy, "There is no study '\(name.prefix(60))': list them with GET /api/v1/studies.")
  }

  private func file(_ name: String, _ id: String, _ study: String) throws(APIError) -> Data {
    guard let data = shelf.file(name, of: id, study) else {
      throw APIError(
        .noSuchReport, "There is no such report: GET /api/v1/studies tells what ran on this machine.")
    }
    return data
  }

  private func info(_ study: Study) -> StudyInfo {
    StudyInfo(
      name: study.name, title: study.title, question: study.question, source: study.source,
      models: study.models.map { model in
        .init(id: model.model, transcoders: model.transcoders, isPresent: location(model.model) != nil)
      }, hypotheses: study.hypotheses.map { $0.claim ?? $0.name }, reports: shelf.entries(of: study.name))
  }
}

extension StudyService {
  /// Where a model is, nil when it is not on this machine.
  private func location(_ model: String) -> ResolvedModel? {
    try? Catalogue.builtIn.resolve(model, home: home)
  }

  /// Opens the model and the features that are asked for; only those that the study or the machine knows by name.
  private func subject(of study: Study, _ request: StudyRequest) throws -> StudySubject {
    guard
      let name = request.model ?? study.models.first(where: { location($0.model) != nil })?.model
        ?? study.models.first?.model
    else { throw APIError(.cannotRun, "The study suits no model: name one.") }
    let known = study.models.map(\.model) + Catalogue.builtIn.entries.map(\.id)
    guard known.contains(name) else {
      throw APIError(
        .cannotRun,
        "The page runs studies on models that they suit, and on the catalogue's: choose one of them.")
    }
    guard let resolved = location(name) else {
      throw APIError(
        .cannotRun,
        "The model \(name) is not on this machine: run 'microscope study run \(study.name) --model \(name)' first, which fetches or makes it."
      )
    }
    let model = try LanguageModel(path: resolved.location.path, workers: workers)
    let folder = try folder(study, name, request.transcoders)
    let set = try folder.map { try TranscoderSet(path: $0.path) }
    try set?.check(fits: model.transformer)
    let dashboards = DashboardSubject(
      model: model, name: resolved.entry?.id ?? resolved.location.lastPathComponent,
      firstToken: resolved.entry?.firstToken ?? .modelDefault,
      basis: set.map { .transcoders($0) } ?? .neurons,
      file: nil)
    return StudySubject(
      model: model, name: name, basis: set.map { .transcoders($0) } ?? .neurons,
      basisName: folder?.lastPathComponent ?? "neurons",
      firstToken: resolved.entry?.firstToken ?? .modelDefault,
      dashboards: study.searchesWords ? try dashboards.openStore() : nil)
  }

  /// The folder of the features, nil for neurons: what is asked for, or the first of the study's that is there.
  private func folder(_ study: Study, _ model: String, _ asked: String?) throws -> URL? {
    let catalogue = Catalogue.builtIn
    let present = catalogue.presentTranscoders(model: model, home: home, share: share)
    if let asked {
      if asked == "neurons" { return nil }
      guard let found = present.first(where: { $0.name == asked }) else {
        throw APIError(
          .noSuchSet, "There are no transcoders '\(asked.prefix(60))' on this machine for the model \(model)."
        )
      }
      return found.location
    }
    let own = catalogue.defaultTranscoders(model: model, home: home, share: share)
    for name in study.models.first(where: { $0.model == model })?.transcoders ?? [] {
      if name == "neurons" { return nil }
      if name == "default", let own { return own }
      if let found = try? catalogue.resolve(transcoders: name, model: model, home: home) {
        return found.location
      }
    }
    return own
  }

  private func command(_ study: Study, _ subject: StudySubject, _ request: StudyRequest) -> String {
    let set = request.transcoders ?? (subject.basisName == "neurons" ? "neurons" : nil)
    var parts = ["microscope study run", study.name, "--model", subject.name]
    if let set { parts += ["--transcoders", set] }
    if let control = request.control { parts += ["--control", control] }
    return (parts + ["--seed", "\(request.seed)"]).joined(separator: " ")
  }
}

extension SuiteBasis {
  /// The transcoders; nil for neurons.
  fileprivate var transcoders: TranscoderSet? {
    if case .transcoders(let set) = self { set } else { nil }
  }
}
