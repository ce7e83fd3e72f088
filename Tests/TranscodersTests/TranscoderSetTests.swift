import LinearAlgebra
import Testing
import Transcoders

@Suite("Transcoder sets")
struct TranscoderSetTests {
  private let workers = Workers(count: 2)

  @Test("Pre-activations are the encoder applied to the input, plus its bias")
  func preActivations() {
    var random = SplitMix64(seed: 11)
    let set = randomSet(layers: 2, features: 37, width: 19, spans: [1, 1], skip: false, &random)
    let input = randomMatrix(6, 19, &random)
    let pre = set.preActivations(layer: 1, input: input, workers)
    let encoder = set.transcoders[1].encoder.weights.widened()
    for position in 0..<6 {
      for feature in 0..<37 {
        var sum = Double(set.transcoders[1].encoderBias[feature])
        for column in 0..<19 { sum += Double(input[position, column]) * Double(encoder[feature, column]) }
        #expect(abs(Double(pre[position, feature]) - sum) < 1e-4)
      }
    }
  }

  @Test("Features come in order, none at position 0, with their pre-activations as values")
  func activations() {
    var random = SplitMix64(seed: 12)
    let set = randomSet(layers: 3, features: 20, width: 8, spans: [1, 1, 1], skip: false, &random)
    let inputs = (0..<3).map { _ in randomMatrix(5, 8, &random) }
    let active = set.activations(inputs: inputs, workers)
    #expect(active.sites == active.sites.sorted() && active.count > 50)
    #expect(active.sites.allSatisfy { $0.position > 0 })
    for layer in 0..<3 {
      let pre = set.preActivations(layer: layer, input: inputs[layer], workers)
      for position in 0..<5 {
        let range = active.range(layer: layer, position: position)
        let expected = position == 0 ? [] : pre[row: position].enumerated().filter { $0.element > 0 }
        #expect(active.sites[range].map(\.index) == expected.map(\.offset))
        #expect(Array(active.values[range]) == expected.map(\.element))
      }
      #expect(
        active.range(layer: layer, positions: 0..<5).count == active.sites.filter { $0.layer == layer }.count)
    }
  }

  @Test(
    "A reconstruction is decoders times activations, bias and skip, layer by layer",
    arguments: [[1, 1, 1], [3, 2, 1], [2, 2, 1], [1, 2, 1]], [false, true])
  func reconstruction(spans: [Int], skip: Bool) {
    var random = SplitMix64(seed: 13)
    let set = randomSet(layers: 3, features: 9, width: 7, spans: spans, skip: skip, &random)
    #expect(set.isCrossLayer == (spans != [1, 1, 1]))
    let inputs = (0..<3).map { _ in randomMatrix(4, 7, &random) }
    let features = set.activations(inputs: inputs, workers)
    let result = set.reconstruction(of: features, inputs: inputs, workers)
    for layer in 0..<3 {
      for position in 0..<4 {
        let expected = plainReconstruction(set, features, inputs, layer, position)
        #expect(zip(result[layer][row: position], expected).allSatisfy { abs(Double($0) - $1) < 1e-4 })
      }
    }
  }

  @Test("The skip connection maps by (output, input)")
  func skipOrientation() throws {
    let skip = Matrix(rows: 2, columns: 2, storage: [0, 3, 0, 0])
    let none = StoredMatrix(Matrix(rows: 1, columns: 2))
    let set = TranscoderSet(
      name: "test", input: .mlpIn, output: .mlpOut, activation: .relu,
      transcoders: [
        Transcoder(
          encoder: none, encoderBias: [0], decoder: none, decoderBias: [0, 0], skip: StoredMatrix(skip))
      ])
    let input = Matrix(rows: 1, columns: 2, storage: [10, 1])
    let features = set.activations(inputs: [input], workers)
    // Output 0 reads input 1.
    let result = try #require(set.reconstruction(of: features, inputs: [input], workers).first)
    #expect(result.storage == [3, 0])
  }

  @Test("Decoders of a cross-layer feature are found by the layer that they write to, and nowhere else")
  func writeVectors() throws {
    var random = SplitMix64(seed: 14)
    let set = randomSet(layers: 3, features: 4, width: 5, spans: [3, 2, 1], skip: false, &random)
    for layer in 0..<3 {
      for output in 0..<3 {
        let vectors = set.writeVectors(layer: layer, outputLayer: output)
        guard output >= layer else {
          #expect(vectors == nil)
          continue
        }
        let found = try #require(vectors).widened()
        #expect(found == set.transcoders[layer].decoders[output - layer].widened())
        #expect((0..<4).map { set.writeRow(layer: layer, index: $0) } == [0, 1, 2, 3])
      }
    }
  }

  private func plainReconstruction(
    _ set: TranscoderSet, _ features: FeatureActivations, _ inputs: [Matrix], _ layer: Int, _ position: Int
  ) -> [Double] {
    var result = set.transcoders[layer].decoderBias.map(Double.init)
    for (site, value) in zip(features.sites, features.values) where site.position == position {
      let transcoder = set.transcoders[site.layer]
      guard site.layer <= layer, layer < site.layer + transcoder.span else { continue }
      let row = transcoder.decoders[layer - site.layer].widened()[row: site.index]
      for (column, weight) in row.enumerated() { result[column] += Double(value) * Double(weight) }
    }
    guard let skip = set.transcoders[layer].skip?.widened() else { return result }
    for output in result.indices {
      for input in result.indices {
        result[output] += Double(skip[output, input]) * Double(inputs[layer][position, input])
      }
    }
    return result
  }
}

/// Returns a matrix of numbers between -1 and 1.
func randomMatrix(_ rows: Int, _ columns: Int, _ random: inout SplitMix64) -> Matrix {
  Matrix(
    rows: rows, columns: columns,
    storage: (0..<rows * columns).map { _ in Float.random(in: -1...1, using: &random) })
}

/// Returns a random set with ReLU; layer l writes to `spans[l]` layers.
func randomSet(
  layers: Int, features: Int, width: Int, spans: [Int], skip: Bool, _ random: inout SplitMix64
) -> TranscoderSet {
  let transcoders = (0..<layers).map { layer in
    Transcoder(
      encoder: StoredMatrix(randomMatrix(features, width, &random)),
      encoderBias: randomMatrix(1, features, &random).storage,
      decoder: StoredMatrix(randomMatrix(features * spans[layer], width, &random)), span: spans[layer],
      decoderBias: randomMatrix(1, width, &random).storage,
      skip: skip ? StoredMatrix(randomMatrix(width, width, &random)) : nil)
  }
  return TranscoderSet(
    name: "random", input: .residMid, output: .mlpOut, activation: .relu, transcoders: transcoders)
}
