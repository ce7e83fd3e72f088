import Interventions

extension StudyJudging {
  /// The whole report.
  func report(
    model: String, basis: String, control: StudyControl?, seed: UInt64, sizes: [String: Double],
    command: String
  ) -> StudyReport {
    StudyReport(
      study: study, model: model, basis: basis, control: control, seed: seed, behaviours: behaviours,
      supernodeSizes: sizes, graphs: study.behaviours.compactMap { graphs(of: $0.prompts) },
      curves: study.interventions.compactMap(curve), findings: study.hypotheses.map(finding), command: command
    )
  }

  /// What the graphs of a set show; nil where none were made.
  private func graphs(of set: String) -> StudyReport.SetGraphs? {
    let graphs = (results[set] ?? []).compactMap(\.graph)
    guard !graphs.isEmpty else { return nil }
    return .init(prompts: set, nodes: nodes(graphs), edges: edges(graphs), captured: captured(graphs))
  }

  private func nodes(_ graphs: [PromptResult.GraphResult]) -> [StudyReport.DrawnNode] {
    study.supernodes.map(\.name).map { name in
      let there = graphs.filter { $0.nodes[name] ?? 0 > 0 }
      let mean = { (value: (PromptResult.GraphResult) -> Double) in
        there.isEmpty ? 0 : there.reduce(0) { $0 + value($1) } / Double(there.count)
      }
      return .init(
        name: name, share: graphs.isEmpty ? 0 : Double(there.count) / Double(graphs.count),
        members: mean { Double($0.nodes[name] ?? 0) }, layer: mean { $0.layers[name] ?? 0 })
    }
  }

  /// Mean edges over the prompts whose graphs have both ends; what is not there counts as 0.
  private func edges(_ graphs: [PromptResult.GraphResult]) -> [StudyReport.DrawnEdge] {
    let names = study.supernodes.map(\.name)
    return names.flatMap { from in
      names.compactMap { to -> StudyReport.DrawnEdge? in
        let both = graphs.filter { $0.nodes[from] ?? 0 > 0 && $0.nodes[to] ?? 0 > 0 }
        let sum = both.reduce(0) { sum, graph in
          sum + (graph.edges.first { $0.from == from && $0.to == to }?.weight ?? 0)
        }
        guard from != to, sum != 0 else { return nil }
        return .init(from: from, to: to, weight: sum / Double(both.count), count: both.count)
      }
    }
  }

  private func captured(_ graphs: [PromptResult.GraphResult]) -> StudyReport.Captured {
    let mean = { (value: (PromptResult.GraphResult) -> Double) in
      graphs.reduce(0) { $0 + value($1) } / Double(graphs.count)
    }
    return .init(
      replacement: mean(\.replacement), completeness: mean(\.completeness),
      features: mean { Double($0.features) },
      count: graphs.count)
  }

  /// The means of an intervention's sweep over all prompts on which it was made.
  private func curve(_ intervention: StudyIntervention) -> StudyReport.Curve? {
    let sweeps = results.values.joined().compactMap { $0.effects[intervention.name]?.points }
      .filter { $0.count == intervention.sweep.count && !$0.isEmpty }
    guard !sweeps.isEmpty else { return nil }
    let points = intervention.sweep.indices.map { place in mean(sweeps.map { $0[place] }) }
    let differences = points.compactMap { point in point.donor.map { Float(point.answer - $0) } }
    let crossing =
      differences.count == points.count
      ? crossover(values: points.map { Float($0.strength) }, differences: differences, from: 0).map {
        Double($0)
      }
      : nil
    return .init(
      intervention: intervention.name, axis: intervention.bringsIn ? "strength" : "factor", points: points,
      crossover: crossing)
  }

  private func mean(_ points: [StudyReport.CurvePoint]) -> StudyReport.CurvePoint {
    let mean = { (values: [Double]) in values.reduce(0, +) / Double(max(1, values.count)) }
    let donors = points.compactMap(\.donor)
    let names = Set(points.flatMap(\.supernodes.keys))
    return .init(
      strength: points[0].strength, answer: mean(points.map(\.answer)),
      donor: donors.isEmpty ? nil : mean(donors),
      supernodes: Dictionary(
        uniqueKeysWithValues: names.map { name in (name, mean(points.compactMap { $0.supernodes[name] })) }))
  }
}
