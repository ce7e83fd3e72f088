import CircuitGraphs
import LinearAlgebra
public import ReplacementModels
import Transcoders
import Transformers

/// Builds the attribution graph of a prompt.
///
/// 1. Rows of the outputs: the direct effect of every source on them.
/// 2. Rounds: the influence that reaches each feature through the rows known so far ranks the features; the strongest
///    that have no row yet get theirs, until the limit or the coverage is reached (methods paper, §"Constructing an
///    Attribution Graph": unexplored nodes count as errors).
/// 3. The rows become a graph over expanded features, errors, tokens and outputs.
public struct Attributor: Sendable {
  /// How far to expand.
  public var options: AttributionOptions

  /// Makes an attributor.
  public init(options: AttributionOptions = AttributionOptions()) { self.options = options }

  /// Returns the graph of `model` for `targets`.
  ///
  /// - Parameter progress: Called after each walk; what it throws ends the work.
  public func attribute(
    _ model: LocalReplacementModel, targets: [AttributionTarget],
    progress: (AttributionProgress) throws -> Void = { _ in }
  ) throws -> AttributionResult {
    let layout = RowLayout(model.features)
    var sweep = RowSweep(model, layout)
    var known = KnownRows(layout)
    addOutputs(targets, &sweep, &known)
    let limit = min(options.maxFeatureNodes, model.features.count)
    var queue = ExpansionQueue(
      count: model.features.count, outputWeight: targets.reduce(0) { $0 + Double($1.weight) })
    while queue.expandedCount < limit {
      let room = limit - queue.expandedCount
      let needsRanking = limit < model.features.count || options.coverage != nil
      let next = queue.next(
        min(max(options.roundSize, 1), room), influence: needsRanking ? known.influence() : nil)
      if let coverage = options.coverage, queue.coverage >= coverage { break }
      for chunk in chunks(next, model) {
        known.add(rows(of: chunk, &sweep), owners: chunk.map { .feature($0) })
        queue.markExpanded(chunk)
        try progress(
          AttributionProgress(expanded: queue.expandedCount, limit: limit, coverage: queue.coverage))
      }
    }
    let coverage = queue.finalCoverage(known.influence())
    let assembly = GraphAssembly(
      model: model, targets: targets, expanded: queue.expanded, layout: layout, options: options)
    return AttributionResult(
      graph: assembly.graph(known), activeFeatureCount: model.features.count, coverage: coverage)
  }

  private func addOutputs(_ targets: [AttributionTarget], _ sweep: inout RowSweep, _ known: inout KnownRows) {
    let model = sweep.model
    let last = model.positionCount - 1
    let vectors = Matrix(
      rows: targets.count, columns: model.transformer.configuration.dModel,
      storage: targets.flatMap(\.direction))
    let directions = model.pass.readDirections(throughFinalNorm: vectors, position: last)
    let rowTargets = targets.map { _ in RowTarget(layer: model.layerCount, position: last) }
    known.add(
      sweep.edges(of: rowTargets) { directions[rows: $0] }, owners: targets.map { .output(weight: $0.weight) }
    )
  }

  /// Cuts features into walks of bounded size, those of the highest layers first.
  private func chunks(_ places: [Int], _ model: LocalReplacementModel) -> [[Int]] {
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

  private func rows(of places: [Int], _ sweep: inout RowSweep) -> EdgeRows {
    let model = sweep.model
    let sites = places.map { model.features.sites[$0] }
    return sweep.edges(of: sites.map { RowTarget(layer: $0.layer, position: $0.position) }) { range in
      let run = sites[range]
      let layer = sites[range.lowerBound].layer
      return model.pass.readDirections(
        model.basis.readVectors(layer: layer, sites: run), layer: layer, positions: run.map(\.position),
        hook: model.inputHook)
    }
  }
}
