import Attribution
import CircuitGraphs
public import Foundation
import GraphFiles
import Transcoders
import Transformers
public import Viewer

extension LiveModelService {
  /// Traces a prompt and writes its graph into a folder.
  public func trace(
    _ request: TraceRequest, into folder: URL, progress: (JobProgress) -> Bool
  ) throws(APIError) -> TraceSummary {
    try LiveModelService.ensure(progress(JobProgress(phase: "load")))
    var clock = PhaseClock()
    let opened = try shelf.open(request.subject.model)
    let set = try shelf.transcoders(request.subject.transcoders, for: opened)
    clock.lap("load")
    try LiveModelService.ensure(progress(JobProgress(phase: "tokens")))
    let tokens = try tokens(of: request.subject, opened, code: .cannotTrace)
    clock.lap("tokens")
    do {
      let name = LiveModelService.setID(opened, set)
      let job = PromptTrace(
        TraceSettings(request), transcoders: set, model: opened.model, tokens: tokens, clock: clock
      ) { [library] in library?.labels(of: $0, in: name) ?? [:] }
      let traced = try job.run { try LiveModelService.tell($0, progress) }
      try LiveModelService.ensure(progress(JobProgress(phase: "files")))
      return try write(traced, request, opened, to: folder)
    } catch let error as APIError {
      throw error
    } catch { throw APIError(.cannotTrace, "\(error)") }
  }

  private func write(
    _ traced: TracedPrompt, _ request: TraceRequest, _ opened: ModelShelf.Opened, to folder: URL
  ) throws -> TraceSummary {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let slug = try LiveModelService.freeSlug(request, traced, in: folder)
    let seconds = traced.seconds.total
    let file = traced.file(slug: slug, model: opened.id, program: program, seconds: seconds)
    try traced.write(file, to: folder)
    return TraceSummary(
      slug: slug.text, nodeCount: file.nodes.count, edgeCount: file.links.count,
      replacementScore: traced.scores.replacement, completenessScore: traced.scores.completeness,
      seconds: seconds)
  }

  /// The name asked for, or one made of the prompt; with a number behind it where it is taken.
  private static func freeSlug(_ request: TraceRequest, _ traced: TracedPrompt, in folder: URL) throws -> Slug
  {
    let text =
      switch request.subject.prompt {
      case .text(let text): text
      case .chat(let turns): turns.last?.content ?? ""
      case .tokens: traced.next.tokens.map(\.piece).joined()
      }
    let wanted = try request.slug.map { try Slug($0) } ?? Slug.slug(from: text)
    for number in 1..<10_000 {
      let end = number == 1 ? "" : "-\(number)"
      let slug = try Slug(String(wanted.text.prefix(Slug.maximumLength - end.count)) + end)
      if !FileManager.default.fileExists(atPath: folder.appending(component: slug.fileName).path) {
        return slug
      }
    }
    throw PromptError("There are thousands of graphs of this name: choose another one.")
  }

  private static func tell(_ progress: TraceProgress, _ report: (JobProgress) -> Bool) throws(APIError) {
    switch progress {
    case .phase(let phase): try ensure(report(JobProgress(phase: phase)))
    case .expansion(let expansion):
      try ensure(
        report(
          JobProgress(
            phase: "attribution", done: expansion.expanded, total: expansion.limit,
            coverage: max(0, expansion.coverage))))
    }
  }

  /// Ends the work when it is not wanted any more.
  static func ensure(_ goesOn: Bool) throws(APIError) {
    guard goesOn else { throw APIError(.cancelled, "It was cancelled.") }
  }
}

extension TraceSettings {
  fileprivate init(_ request: TraceRequest) {
    self.init()
    maxLogits = request.maxLogits
    logitMass = request.logitMass
    targets = request.targets.map { Target($0) }
    minus = request.minus.map { Target($0) }
    maxFeatureNodes = request.maxFeatureNodes
    coverage = request.coverage
    nodeThreshold = request.nodeThreshold
    edgeThreshold = request.edgeThreshold
  }
}

extension TraceSettings.Target {
  fileprivate init(_ token: LiveToken) {
    switch token {
    case .id(let id): self = .id(id)
    case .text(let text): self = .text(text)
    }
  }
}
