import LinearAlgebra
import ReplacementModels
import Testing
import Transcoders
import Transformers
import _TestSupport

@Suite("Transcoders that do not fit are refused in one sentence")
struct UnfitTranscoderTests {
  private let transformer = TinyTransformer().transformer()

  @Test("A set for another number of layers or another width")
  func sizes() {
    expectRefusal(TinyTranscoders().set(layerCount: 2, dModel: 24), mention: "2 layers, the model 3")
    expectRefusal(TinyTranscoders().set(layerCount: 4, dModel: 24), mention: "4 layers, the model 3")
    expectRefusal(TinyTranscoders().set(layerCount: 3, dModel: 20), mention: "20 numbers")
    expectRefusal(TinyTranscoders().set(layerCount: 0, dModel: 24), mention: "0 layers")
  }

  @Test(
    "A set with a weight that is not a number", arguments: TinyTranscoders.forms,
    [Float.nan, .infinity, -.infinity])
  func notANumber(form: TinyTranscoders, value: Float) {
    let set = form.set(for: transformer, tokens: [1, 2, 3, 4])
    let spoilings: [(inout Transcoder) -> Void] = [
      { $0.encoder = FeatureEncoder(spoiled($0.encoder.weights, value)) },
      { transcoder in
        transcoder.decoders = transcoder.decoders.map {
          StoredMatrix(Matrix(rows: $0.rows, columns: 24, repeating: value))
        }
      },
      { $0.decoderBias[3] = value },
      { $0.skip = $0.skip.map { spoiled($0, value) } },
    ]
    for (number, spoil) in spoilings.enumerated() where number < 3 || form.hasSkip {
      var bad = set
      spoil(&bad.transcoders[1])
      expectRefusal(bad, mention: "number")
    }
  }

  @Test("An encoder bias that is not a number")
  func biasIsNotANumber() {
    for form in TinyTranscoders.forms {
      var set = form.set(for: transformer, tokens: [1, 2, 3, 4])
      set.transcoders[2].encoderBias[7] = .nan
      expectRefusal(set, mention: "number")
    }
  }

  private func expectRefusal(_ set: TranscoderSet, mention: String) {
    let error = #expect(throws: TranscoderError.self) {
      try LocalReplacementModel(transformer, set, tokens: [1, 2, 3, 4])
    }
    guard let error else { return }
    #expect("\(error)".contains(mention) && "\(error)".isOneSentence, "\(error)")
  }
}

/// Returns a matrix with every number of row 2 replaced.
private func spoiled(_ matrix: StoredMatrix, _ value: Float) -> StoredMatrix {
  var wide = matrix.widened()
  wide[row: 2] = ArraySlice(repeating: value, count: wide.columns)
  return StoredMatrix(wide)
}
