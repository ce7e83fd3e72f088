import Figures
import Interventions

extension CalibrationReport {
  /// The scores as a figure: a bar for each basis, and across it what the control gives.
  public var svg: String {
    let groups: [([String], (CalibrationScores) -> GroupedBarChart.Bar)] = [
      (["recall of", "variables"], { Self.bar($0.found) }),
      (["precision", "of nodes"], { Self.bar($0.known) }),
      (["edges with", "their sign"], { Self.bar($0.edges) }),
      (["sign", "agreement"], { Self.bar($0.signs) }),
      (["suppression", "as the key says"], { Self.bar($0.suppressions) }),
      (["exchange gives", "donor's answer"], { Self.bar($0.swaps) }),
      (["shortcuts", "(low is good)"], { .init(share: $0.shortcuts.value) }),
      (["bypassing", "(low is good)"], { .init(share: $0.bypassing.value) }),
    ]
    return GroupedBarChart(
      title: "Calibration of \(model)", series: bases.map(\.name), control: "values dealt out anew",
      groups: groups.map { name, bar in
        GroupedBarChart.Group(
          name: name,
          bars: bases.map { basis in
            var own = bar(basis.key)
            own.control = bar(basis.control).share
            return own
          })
      }
    ).svg
  }

  private static func bar(_ rate: Rate) -> GroupedBarChart.Bar {
    rate.trials == 0 ? .init(share: nil) : .init(share: rate.share, interval: rate.interval)
  }
}
