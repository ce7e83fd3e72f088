import FeatureDashboards
import Studies
import Testing
import Transcoders

@Suite("Inputs by virtual weights")
struct VirtualInputsTests {
  private let early = FeatureSite(layer: 0, position: 1, index: 0)
  private let other = FeatureSite(layer: 0, position: 1, index: 1)
  private let elsewhere = FeatureSite(layer: 0, position: 2, index: 0)
  private let target = FeatureSite(layer: 1, position: 1, index: 0)

  private func reading(_ values: [Float], sources: Set<FeatureSite>) -> VirtualInputs.Reading {
    .init(
      active: FeatureActivations(
        layerCount: 2, positionCount: 3, sites: [early, other, elsewhere, target], values: values),
      targets: [target], sources: sources)
  }

  @Test("two prompts add up to E[a_t · a_s] ÷ E[a_t] · V, by hand; what is active elsewhere adds nothing")
  func byHand() {
    let inputs = VirtualInputs { _ in [[2, -1]] }
    let shares = inputs.shares([
      reading([3, 1, 50, 1], sources: [early, elsewhere]), reading([1, 2, 50, 3], sources: [early]),
    ])
    // The target's activations sum to 4; sources give 3 · 2 and 1 · −1, then 1 · 2 and 2 · −1.
    let first = VirtualInputs.Share(whole: 7.0 / 4, part: 6.0 / 4)
    let second = VirtualInputs.Share(whole: 3.0, part: 1.5)
    #expect(shares == [first, second])
  }

  @Test("a target that is never active adds nothing, and a negative weight takes away")
  func edges() {
    let inputs = VirtualInputs { _ in [[2, -1]] }
    #expect(inputs.shares([reading([3, 1, 1, 0], sources: [early])]) == [.init(whole: 0, part: 0)])
    #expect(inputs.shares([reading([3, 1, 1, 2], sources: [other])]) == [.init(whole: 7, part: -1)])
  }
}
