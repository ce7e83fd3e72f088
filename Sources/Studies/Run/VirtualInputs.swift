import Calibrations
import CircuitGraphs
package import FeatureDashboards
import LinearAlgebra
import ReplacementModels
package import Transcoders
import Transformers

/// What features get from each other through the residual stream at their own position, over many prompts: virtual weights,
/// weighted by how the two are active together (methods paper, “Global Weights”: TWERA).
package struct VirtualInputs {
  /// What a prompt adds.
  package struct Share: Sendable, Codable, Equatable {
    /// The magnitude of all that comes from any feature.
    package var whole: Double
    /// What comes from the features asked about, signed.
    package var part: Double

    /// Puts the sums together.
    package init(whole: Double, part: Double) {
      self.whole = whole
      self.part = part
    }
  }

  /// Where a feature is read in a prompt.
  package struct Reading {
    /// All that is active in the prompt.
    var active: FeatureActivations
    /// The features that are read, ascending.
    var targets: [FeatureSite]
    /// The features asked about.
    var sources: Set<FeatureSite>

    /// Names what is read in a prompt.
    package init(active: FeatureActivations, targets: [FeatureSite], sources: Set<FeatureSite>) {
      self.active = active
      self.targets = targets
      self.sources = sources
    }
  }

  /// The virtual weights into one feature, by layer and index.
  private let weights: (FeatureName) -> [[Float]]

  /// Says where the weights come from.
  package init(weights: @escaping (FeatureName) -> [[Float]]) { self.weights = weights }

  /// What each prompt adds to the sum over targets t of `E[a_t · a_s] ÷ E[a_t] · V(s→t)`.
  ///
  /// 1. The activations of each target are summed over all prompts.
  /// 2. Each place where a target is active adds `a_t · a_s · V` for the features s that are active there, divided by that sum.
  package func shares(_ readings: [Reading]) -> [Share] {
    var sums: [FeatureName: Double] = [:]
    for reading in readings {
      for target in reading.targets { sums[FeatureName(target), default: 0] += reading.activation(target) }
    }
    var columns: [FeatureName: [[Float]]] = [:]
    for name in sums.keys { columns[name] = weights(name) }
    return readings.map { reading in
      var share = Share(whole: 0, part: 0)
      for target in reading.targets {
        guard let sum = sums[FeatureName(target)], sum > 0, let column = columns[FeatureName(target)] else {
          continue
        }
        let scale = reading.activation(target) / sum
        for (layer, row) in column.enumerated() {
          for place in reading.active.range(layer: layer, position: target.position) {
            let (site, value) = (reading.active.sites[place], Double(reading.active.values[place]))
            let input = scale * value * Double(row[site.index])
            share.whole += abs(input)
            if reading.sources.contains(site) { share.part += input }
          }
        }
      }
      return share
    }
  }
}

extension VirtualInputs.Reading {
  fileprivate func activation(_ site: FeatureSite) -> Double {
    let range = active.range(layer: site.layer, position: site.position)
    return range.first { active.sites[$0] == site }.map { Double(active.values[$0]) } ?? 0
  }
}

extension FeatureName {
  init(_ site: FeatureSite) { self.init(layer: site.layer, index: site.index) }
}

extension StudyRun {
  /// For each hypothesis about virtual weights, what each prompt adds.
  func virtualInputs(_ plan: StudyPlan) throws -> [String: [VirtualInputs.Share]] {
    var result: [String: [VirtualInputs.Share]] = [:]
    for hypothesis in study.hypotheses {
      guard case .weights(let from, let to, _, _) = hypothesis.test else { continue }
      guard let weights = VirtualWeights(plan.transformer, subject.basis.dashboards) else {
        throw StudyError(
          "'\(hypothesis.name)' is about virtual weights, which neurons do not have: name transcoders with --transcoders."
        )
      }
      let workers = subject.model.transformer.workers
      let readings = workers.map(plan.prompts[hypothesis.prompts] ?? []) { prompt in
        let members = PromptMembers(plan, prompt)
        return VirtualInputs.Reading(
          active: members.active, targets: members.features[to] ?? [],
          sources: Set(members.features[from] ?? []))
      }
      result[hypothesis.name] = VirtualInputs { weights.inputs(of: $0, workers) }.shares(readings)
    }
    return result
  }
}
