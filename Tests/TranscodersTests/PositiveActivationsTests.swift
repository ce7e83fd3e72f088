import LinearAlgebra
import Testing
import Transcoders
import _TestSupport

@Suite("Activations above 0")
struct PositiveActivationsTests {
  @Test(
    "Sparse rows are the activations of the whole set, where they are above 0",
    arguments: TinyTranscoders.forms)
  func twin(_ form: TinyTranscoders) {
    let set = form.set(layerCount: 3, dModel: 24)
    var random = SplitMix64(seed: 12)
    let inputs = (0..<3).map { _ in random.matrix(70, 24) }
    let all = set.activations(inputs: inputs, Workers(count: 1))
    for threads in [1, 2] {
      for layer in 0..<3 {
        let sparse = set.positiveActivations(layer: layer, input: inputs[layer], Workers(count: threads))
        for position in 1..<70 {
          let range = all.range(layer: layer, position: position)
          let expected = zip(all.sites[range], all.values[range]).filter { $0.1 > 0 }
          #expect(sparse.features[sparse.range(position)].map(Int.init) == expected.map { $0.0.index })
          for (value, other) in zip(sparse.values[sparse.range(position)], expected.map(\.1)) {
            #expect(abs(value - other) <= 1e-5 * max(1, abs(other)))
          }
        }
      }
    }
  }
}
