import CircuitGraphs
import LinearAlgebra
public import ReplacementModels
public import Transcoders
import Transformers

/// A graph while it grows, which can be looked at on the way.
public struct GraphExpansion: ~Copyable {
  private let targets: [AttributionTarget]
  private let options: AttributionOptions
  private let layout: RowLayout
  private var sweep: RowSweep
  private var known: KnownRows
  private var queue: ExpansionQueue

  /// Computes the rows of the outputs.
  ///
  /// - Parameter options: How to expand; `maxFeatureNodes` is left to ``expand(to:progress:)``.
  public init(_ model: LocalReplacementModel, targets: [AttributionTarget], options: AttributionOptions) {
    self.targets = targets
    self.options = options
    layout = RowLayout(model.features)
    sweep = RowSweep(model, layout)
    known = KnownRows(layout)
    queue = ExpansionQueue(
      count: model.features.count, outputWeight: targets.reduce(0) { $0 + Double($1.weight) })
    addOutputs()
  }

  /// Expands features, round by round, until `count` are expanded or the coverage is reached.
  ///
  /// - Parameter progress: Called after each walk; what it throws ends the work.
  public mutating func expand(
    to count: Int, progress: (AttributionProgress) throws -> Void = { _ in }
  ) throws {
    let model = sweep.model
    let limit = min(count, model.features.count)
    while queue.expandedCount < limit {
      let room = limit - queue.expandedCount
      let needsRanking = limit < model.features.count || options.coverage != nil
      let next = queue.next(
        min(max(options.roundSize, 1), room), influence: needsRanking ? known.influence() : nil)
      if let coverage = options.coverage, queue.coverage >= coverage { break }
      for chunk in chunks(next) {
        known.add(rows(of: chunk), owners: chunk.map { .feature($0) })
        queue.markExpanded(chunk)
        try progress(
          AttributionProgress(expanded: queue.expandedCount, limit: limit, coverage: queue.coverage))
      }
    }
  }

  /// Expands given features, whatever their influence; those that are expanded already stay as they are.
  ///
  /// - Parameter sites: Features that are active on the prompt.
  public mutating func expand(_ sites: [FeatureSite]) {
    let model = sweep.model
    let places = Set(sites.map { model.place(of: FeatureNode($0)) }).subtracting(queue.expanded)
    for chunk in chunks(places.sorted()) {
      known.add(rows(of: chunk), owners: chunk.map { .feature($0) })
      queue.markExpanded(chunk)
    }
  }

  /// Returns the graph as it is now.
  ///
  /// - Parameter unexpanded: What becomes of features without a row; nil for what the options say.
  public func result(unexpanded: AttributionOptions.UnexpandedFeatures? = nil) -> AttributionResult {
    let model = sweep.model
    let assembly = GraphAssembly(
      model: model, targets: targets, expanded: queue.expanded, layout: layout,
      unexpanded: unexpanded ?? options.unexpanded)
    return AttributionResult(
      graph: assembly.graph(known), activeFeatureCount: model.features.count,
      coverage: queue.finalCoverage(known.influence()))
  }

  private mutating func addOutputs() {
    let model = sweep.model
    let last = model.positionCount - 1
    let directions = model.readDirections(of: targets)
    let rowTargets = targets.map { _ in RowTarget(layer: model.layerCount, position: last) }
    known.add(
      sweep.edges(of: rowTargets) { directions[rows: $0] }, owners: targets.map { .output(weight: $0.weight) }
    )
  }

  /// Cuts features into walks of bounded size, those of the highest layers first.
  private func chunks(_ places: [Int]) -> [[Int]] {
    let model = sweep.model
    let sites = model.features.sites
    let limit = RowSweep.rowLimit(width: model.transformer.configuration.dModel)
    var chunks: [[Int]] = []
    var rows = limit
    for place in places.sorted(by: { (sites[$0].layer, $1) > (sites[$1].layer, $0) }) {
      if rows + sites[place].position > limit {
        chunks.append([])
        rows = 0
      }
      rows += sites[place].position
      chunks[chunks.count - 1].append(place)
    }
    return chunks
  }

  private mutating func rows(of places: [Int]) -> EdgeRows {
    let model = sweep.model
    let sites = places.map { model.features.sites[$0] }
    return sweep.edges(of: sites.map { RowTarget(layer: $0.layer, position: $0.position) }) {
      model.readDirections(of: sites[$0])
    }
  }
}

extension FeatureNode {
  fileprivate init(_ site: FeatureSite) {
    self.init(layer: site.layer, position: site.position, index: site.index)
  }
}
