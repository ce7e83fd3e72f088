import Calibrations
import Evaluations
import Interventions
import LinearAlgebra
import SpecimenTraining
import Specimens
import Testing
import Transformers
import _TestSupport

@Suite("Calibration on compiled circuits")
struct CalibrationTests {

  /// Neurons of `boolean`, against its own key or another.
  private func calibration(
    threads: Int = 2, change: (@Sendable (inout KeyedPrompt, Int) -> Void)? = nil
  ) throws -> Calibration {
    let own = try #require(SpecimenShelf.specimen(named: "boolean"))
    guard case .compiled(let parameters, _) = own.making(size: "usual") else {
      throw NotCompiled()
    }
    var settings = CalibrationSettings()
    (settings.probes, settings.prompts) = (256, 64)
    let specimen: any Specimen =
      change.map { AlteredSpecimen(original: own, change: $0) } ?? own
    let workers = Workers(count: threads)
    return Calibration(specimen, parameters.transformer(workers: workers), settings: settings, workers)
  }

  private struct NotCompiled: Error {}

  @Test("Every true edge is in the graph of neurons, with its hand-computed weight")
  func exact() throws {
    let calibration = try calibration()
    #expect(calibration.answered.share == 1 && calibration.answered.trials == 64)
    let exact = try #require(calibration.scores(of: .neurons).key.exact)
    #expect(exact.found.share == 1 && exact.found.trials > 500, "\(exact)")
    #expect(exact.largestDeviation < 1e-4, "\(exact)")
  }

  @Test("Neurons are found, work as the key says, and are not found by chance")
  func scores() throws {
    let (key, control) = try calibration().scores(of: .neurons)
    #expect(key.foundUnpruned.share == 1 && key.found.share > 0.5 && key.found.trials > 200, "\(key)")
    #expect(key.known.share > 0.9, "\(key)")
    #expect(key.suppressions.share > 0.9 && key.suppressions.trials > 100, "\(key)")
    #expect(key.swaps.share > 0.9 && key.swaps.trials > 100, "\(key)")
    #expect((key.shortcuts.value ?? 1) < 0.01, "\(key)")
    #expect(control.found.share < 0.1 && control.known.share < 0.1, "\(control)")
    #expect(control.suppressions.share < 0.5 && control.swaps.share < 0.1, "\(control)")
  }

  @Test("A key with wrong weights has no exact edge")
  func wrongWeights() throws {
    let wrong = try calibration { prompt, _ in
      for place in prompt.edges.indices {
        prompt.edges[place].weight = prompt.edges[place].weight.map { $0 + 0.01 }
      }
    }
    let exact = try #require(wrong.scores(of: .neurons).key.exact)
    #expect(exact.found.successes == 0 && abs(exact.largestDeviation - 0.01) < 1e-3, "\(exact)")
  }

  @Test("A key whose exact edges join the wrong neurons finds none of them")
  func wrongNeurons() throws {
    let wrong = try calibration { prompt, _ in
      let neurons = prompt.variables.map(\.neuron)
      for (place, neuron) in zip(prompt.variables.indices, neurons.reversed()) where neuron != nil {
        prompt.variables[place].neuron = neuron
      }
    }
    let exact = try #require(wrong.scores(of: .neurons).key.exact)
    #expect(exact.found.share < 0.6, "\(exact)")
  }

  @Test("A key with the opposite signs agrees where the right one does not")
  func wrongSigns() throws {
    let right = try calibration().scores(of: .neurons).key
    let wrong = try calibration { prompt, _ in
      for place in prompt.edges.indices { prompt.edges[place].sign *= -1 }
    }.scores(of: .neurons).key
    #expect(right.signs.share > 0.8 && wrong.signs.share < 0.2, "\(right.signs) \(wrong.signs)")
  }

  @Test(
    "A key whose values have nothing to do with the prompt finds nothing, and its changes do not do what it says"
  )
  func wrongValues() throws {
    let wrong = try calibration { prompt, index in
      var random = SplitMix64(seed: UInt64(index) ^ UInt64(prompt.tokens.reduce(0) { $0 * 31 + $1 }))
      for place in prompt.variables.indices.dropLast() {
        prompt.variables[place].value = random.next() & 1 == 0 ? "0" : "1"
      }
    }.scores(of: .neurons).key
    #expect(
      wrong.foundUnpruned.share < 0.2 && wrong.suppressions.share < 0.6 && wrong.swaps.share < 0.2, "\(wrong)"
    )
  }

  @Test("What must be computed but is not among the nodes leaves a shortcut")
  func shortcut() throws {
    // By this key the reply's value is unknowable, so that what is computed before it seems to reach the answer around it.
    let wrong = try calibration { prompt, index in
      var random = SplitMix64(seed: UInt64(index))
      for place in prompt.variables.indices where prompt.variables[place].role == .intermediate {
        prompt.variables[place].value = "\(random.next() % 2)"
      }
    }.scores(of: .neurons).key
    let right = try calibration().scores(of: .neurons).key
    #expect((right.bypassing.value ?? 1) < 0.05, "\(right.bypassing)")
    #expect((wrong.bypassing.value ?? 0) > 0.9, "\(wrong.bypassing)")
  }

  @Test("Random transcoders score worse than the neurons that compute")
  func randomTranscoders() throws {
    let calibration = try calibration()
    let set = TinyTranscoders().set(layerCount: 5, dModel: 64, seed: 4)
    let random = try calibration.scores(of: .transcoders(set)).key
    #expect(random.foundUnpruned.share < 0.9 && random.swaps.share < 0.5 && random.exact == nil, "\(random)")
  }

  @Test("Scores do not depend on the number of threads, and repeat")
  func threads() throws {
    let (one, three) = (try calibration(threads: 1), try calibration(threads: 3))
    let scores = [try one.scores(of: .neurons), try three.scores(of: .neurons)]
    #expect(scores[0].key == scores[1].key && scores[0].control == scores[1].control)
  }

  @Test("A report has a column for each basis and control, and a figure")
  func report() throws {
    let report = try calibration().report(
      model: "specimen/boolean", bases: [("neurons", .neurons), ("a|b", .neurons)])
    let text = report.markdown(figure: "x.svg")
    #expect(text.contains("a\\|b") && text.contains("](x.svg)") && text.contains("Exact edges, neurons"))
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("|") }
    #expect(rows.count == 14 && Set(rows.map(\.count)).count == 1)
    #expect(report.svg.hasPrefix("<svg") && report.svg.contains("a|b") && !report.svg.contains("nan"))
  }
}
