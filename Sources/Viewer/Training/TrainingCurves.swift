import Foundation

/// The curves of a run: for each point, what was measured up to its step; null where a line lacks it.
struct TrainingCurves: Encodable {
  var steps: [Int] = []
  var reconstruction: [Double?] = []
  var sparsity: [Double?] = []
  var preActivation: [Double?] = []
  var auxiliary: [Double?] = []
  /// The mean over layers of the unexplained fraction of variance.
  var unexplained: [Double?] = []
  /// The same of each layer.
  var layers: [[Double]] = []
  /// Means over layers.
  var activeFeatures: [Double?] = []
  var dead: [Double?] = []
  /// KL(model ‖ replacement model), of stages that train on it.
  var divergence: [Double?] = []

  init(_ lines: [TrainingLine]) {
    for line in lines {
      steps.append(line.step)
      reconstruction.append(line.parts?.reconstruction)
      sparsity.append(line.parts?.sparsity)
      preActivation.append(line.parts?.preActivation)
      auxiliary.append(line.parts?.auxiliary)
      unexplained.append(TrainingCurves.meanUnexplained(line))
      layers.append(TrainingCurves.unexplained(line))
      activeFeatures.append(line.parts?.activeFeatures.flatMap(TrainingCurves.mean))
      dead.append(line.parts?.dead.flatMap(TrainingCurves.mean))
      divergence.append(line.parts?.divergence)
    }
  }

  static func meanUnexplained(_ line: TrainingLine) -> Double? { mean(unexplained(line)) }

  private static func unexplained(_ line: TrainingLine) -> [Double] {
    line.layerFVU ?? line.unexplained ?? []
  }

  private static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }
}

/// The answers about training runs.
struct TrainingAPI: Sendable {
  /// The answer of `/api/v1/training`.
  private struct List: Encodable {
    var folders: [String]
    var runs: [TrainingSummary]
  }

  /// The answer of `/api/v1/training/NAME`.
  private struct Run: Encodable {
    var run: TrainingSummary
    var curves: TrainingCurves
  }

  let folders: TrainingFolders

  var routes: [APIRoute] {
    [
      APIRoute("GET", "training") { _ in try answer(list()) },
      APIRoute("GET", "training/*") { call in try answer(run(call.names[0])) },
    ]
  }

  private func answer(_ data: Data?) throws(APIError) -> SiteResponse {
    guard let data else {
      throw APIError(.notFound, "There is no such training run: list them with GET /api/v1/training.")
    }
    return .json(data: data)
  }

  /// All runs, those with the newest numbers first.
  func list() -> Data? {
    let now = Date()
    let runs = folders.runs().map { TrainingSummary($0.key, $0.value, now: now) }
    return encode(
      List(
        folders: folders.roots.map(\.path),
        runs: runs.sorted { ($1.updated, $0.name) < ($0.updated, $1.name) }))
  }

  /// One run with its curves; nil when there is none of this name.
  func run(_ name: String) -> Data? {
    guard let folder = folders.runs()[name] else { return nil }
    let lines = TrainingMetrics.lines(of: folder.appendingPathComponent("metrics.jsonl"))
    return encode(Run(run: TrainingSummary(name, folder, now: Date()), curves: TrainingCurves(lines)))
  }

  private func encode(_ value: some Encodable) -> Data? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try? encoder.encode(value)
  }
}
