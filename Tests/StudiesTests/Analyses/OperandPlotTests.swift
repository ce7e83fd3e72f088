import FeatureDashboards
import Interventions
import LinearAlgebra
import Studies
import Testing
import Transcoders
import Transformers
import _TestSupport

@Suite("Operand plots")
struct OperandPlotTests {
  private static let grid = OperandGrid()

  /// A plot that a formula makes.
  private static func plot(
    _ grid: OperandGrid = grid, _ value: (Int, Int) -> Float
  ) -> OperandPlot {
    let values = (0..<grid.count).map { cell in
      let (a, b) = grid.pair(cell)
      return value(a, b)
    }
    return OperandPlot(feature: FeatureName(layer: 0, index: 0), grid: grid, values: values)
  }

  @Test("Every rule is found in a picture that it alone makes", arguments: OperandRule.all)
  func planted(rule: OperandRule) {
    // Each class has a number of its own, so that no simpler rule tells as much.
    var random = SplitMix64(seed: 9)
    var numbers: [Int: Float] = [:]
    let plot = Self.plot { a, b in
      let number = rule.classNumber(a, b)
      let value = numbers[number] ?? Float.random(in: 0...1, using: &random)
      numbers[number] = value
      return value
    }
    let fit = plot.fit()
    #expect(fit.rule == rule.name && fit.score.map { abs($0 - 1) < 1e-9 } == true, "\(fit)")
  }

  @Test("Rules of the papers, with what they say is active")
  func papers() {
    #expect(
      Self.plot { ($0 % 10 == 6 && $1 % 10 == 9) ? 2 : 0 }.fit()
        == OperandFit(rule: "ones of a & b", kind: "lookup table", values: ["6 & 9"], score: 1))
    #expect(
      Self.plot { ($0 + $1) % 10 == 5 ? 1 : 0 }.fit()
        == OperandFit(rule: "a + b mod 10", kind: "sum modulo", values: ["5"], score: 1))
    #expect(
      Self.plot { $0 + $1 == 95 ? 1 : 0 }.fit()
        == OperandFit(rule: "a + b", kind: "sum", values: ["95"], score: 1))
    #expect(
      Self.plot { a, _ in a == 36 ? 1 : 0 }.fit()
        == OperandFit(rule: "a", kind: "operand", values: ["36"], score: 1))
    let band = Self.plot { (88...97).contains($0 + $1) ? 1 : 0 }.fit()
    #expect(band.rule == "a + b" && band.values == ["88–97"])
    let low = Self.plot { ($0 / 10 == 3 && $1 / 10 == 5) ? 1 : 0 }.fit()
    #expect(low.kind == "low precision" && low.values == ["3 & 5"])
  }

  @Test(
    "Noise has no rule, a rule's picture with its cells dealt out anew has none, and what does not vary says so"
  )
  func control() {
    var random = SplitMix64(seed: 5)
    let noise = Self.plot { _, _ in Float.random(in: 0...1, using: &random) }.fit()
    #expect(noise.rule == nil && noise.kind == "none" && abs(noise.score ?? 1) < 0.1, "\(noise)")
    var dealt = Self.plot { ($0 + $1) % 10 == 5 ? 1 : 0 }
    dealt.values.shuffle(using: &random)
    #expect(dealt.fit().rule == nil)
    #expect(Self.plot { _, _ in 0 }.fit().kind == "silent")
    #expect(Self.plot { _, _ in 2 }.fit().kind == "constant")
  }

  @Test("Exchanging the operands exchanges their rules")
  func symmetry() {
    let rules = { (swapped: Bool) in
      Self.plot { a, b in Float((swapped ? b : a) % 10) + 0.01 * Float((a * 7 + b * 3) % 5) }.fit().rule
    }
    #expect(rules(false) == "ones of a" && rules(true) == "ones of b")
  }

  @Test("The score is that of a plain computation, and noise lowers it as much as it should")
  func naive() throws {
    var random = SplitMix64(seed: 8)
    let plot = Self.plot { a, b in Float((a + b) % 7) + Float.random(in: -3...3, using: &random) }
    for rule in OperandRule.all {
      var groups: [Int: [Double]] = [:]
      for (cell, value) in plot.values.enumerated() {
        let (a, b) = plot.grid.pair(cell)
        groups[rule.classNumber(a, b), default: []].append(Double(value))
      }
      let spread = { (values: [Double]) in
        let mean = values.reduce(0, +) / Double(values.count)
        return values.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) }
      }
      let inside = groups.values.reduce(0.0) { $0 + spread($1) } / Double(10_000 - groups.count)
      let expected = 1 - inside / (spread(plot.values.map(Double.init)) / 9999)
      let score = try #require(plot.score(rule))
      #expect(abs(score - expected) < 1e-9, "\(rule.name)")
    }
    // Variance 4 of the classes, 3 of the noise.
    #expect(abs((plot.score(.sumModulo(7)) ?? 0) - 4.0 / 7) < 0.03)
  }

  @Test("With as many classes as cells nothing is explained")
  func fewCells() {
    let small = OperandGrid(a: Array(0...9), b: Array(0...9))
    let plot = Self.plot(small) { a, b in a == 3 && b == 5 ? 1 : 0 }
    #expect(plot.score(.onesTable) == nil && plot.score(.sum) != nil)
  }

  @Test(
    "Plots hold what a run of each prompt gives, whatever the number of threads", arguments: TinyBasis.forms)
  func twin(form: TinyBasis) throws {
    let transformer = TinyTransformer().transformer(seed: 31)
    let grid = OperandGrid(a: Array(1...6), b: Array(2...5))
    let prompts = (0..<grid.count).map { [7, grid.pair($0).a, 40, grid.pair($0).b, 41] }
    let basis: any SteerableBasis =
      switch form {
      case .transcoders(let form): form.set(for: transformer, tokens: prompts[0])
      case .neurons: ModelNeurons(transformer)
      }
    let features = [(0, 3), (2, 1), (1, 7), (0, 0)].map { FeatureName(layer: $0.0, index: $0.1) }
    let probe = FeatureProbe(transformer, basis)
    let plots = try [1, 2, 3].map { threads in
      try probe.operandPlots(of: features, over: grid, at: -2, prompts: prompts, Workers(count: threads))
    }
    #expect(plots[0] == plots[1] && plots[0] == plots[2])
    #expect(plots[0].contains { $0.density > 0 })
    for (cell, prompt) in prompts.enumerated() {
      let active = probe.activations(prompt)
      for plot in plots[0] {
        let site = FeatureSite(layer: plot.feature.layer, position: 3, index: plot.feature.index)
        let value = active.sites.firstIndex(of: site).map { active.values[$0] } ?? 0
        #expect(abs(plot.values[cell] - value) < 1e-5, "\(plot.feature) \(prompt)")
      }
    }
  }

  @Test("A plot correlates with itself, against its opposite, and not with a constant one")
  func correlation() throws {
    let plot = Self.plot { Float($0 % 10) - Float($1) }
    let other = Self.plot { Float($1) - Float($0 % 10) }
    #expect(abs(try #require(plot.correlation(with: plot)) - 1) < 1e-9)
    #expect(abs(try #require(plot.correlation(with: other)) + 1) < 1e-9)
    #expect(plot.correlation(with: Self.plot { _, _ in 1 }) == nil)
  }
}
