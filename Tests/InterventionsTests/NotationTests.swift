import Foundation
import Interventions
import LinearAlgebra
import Testing
import Transcoders
import Transformers
import _TestSupport

@Suite("How interventions are written")
struct NotationTests {
  @Test("Addresses and changes are read, and written the same")
  func roundTrip() throws {
    let written: [(String, Intervention)] = [
      ("12/845@-1=x-2", Intervention(.feature(layer: 12, index: 845), at: .at(-1), .scale(-2))),
      ("7/31@3..=0", Intervention(.feature(layer: 7, index: 31), at: .from(3), .set(0))),
      (
        "0/0@1..<7+=1e-3",
        Intervention(.feature(layer: 0, index: 0), at: .range(from: 1, below: 7), .add(0.001))
      ),
      ("error/5@2=x0", Intervention(.error(layer: 5), at: .at(2), .scale(0))),
      ("token@0...3=x0.5", Intervention(.token, at: .range(from: 0, below: 4), .scale(0.5))),
      ("1/2@-3..=-4.25", Intervention(.feature(layer: 1, index: 2), at: .from(-3), .set(-4.25))),
    ]
    for (text, intervention) in written {
      #expect(Intervention(text) == intervention, "\(text)")
      #expect(Intervention(intervention.description) == intervention, "\(intervention)")
      let json = try JSONEncoder().encode([intervention])
      #expect(try JSONDecoder().decode([Intervention].self, from: json) == [intervention])
    }
  }

  @Test(
    "What is no intervention is refused",
    arguments: [
      "", "12/845", "12/845@1", "12/845=3", "12@1=3", "a/b@1=3", "12/845@=3", "12/845@1=", "12/845@1=y2",
      "12/845@1=x",
      "12/845@1..=", "12/845@..=1", "12/845@1..2=1", "12/845@1...=2", "error@1=x0", "token/3@1=x0",
      "1/2/3@4=5",
      "12/845@1.5=2", "12/845@1=2=3", "12/845@1=0x", "99999999999999999999/1@1=1",
    ])
  func refused(text: String) { #expect(Intervention(text) == nil) }

  @Test("Sweeps and copies are read, and written the same")
  func others() throws {
    #expect(Sweep("factor=-6..6") == .factor((0...12).map { Float($0) - 6 }))
    #expect(Sweep("factor=-1..1:0.5") == .factor([-1, -0.5, 0, 0.5, 1]))
    #expect(Sweep("end-layer=2..4") == .endLayer(2...4))
    for text in ["factor=-2.0..2.0:1.0", "end-layer=0..29"] { #expect(Sweep(text)?.description == text) }
    for text in [
      "factor", "factor=1", "factor=3..1", "factor=0..1:0", "factor=0..1e30:1", "layer=1..2",
      "end-layer=-1..2",
    ] {
      #expect(Sweep(text) == nil, "\(text)")
    }
    #expect(DonorCopy("12/845@5->7") == DonorCopy(layer: 12, index: 845, source: 5, target: 7))
    #expect(DonorCopy("12/845@-1")?.description == "12/845@-1")
    for text in ["12@5->7", "12/845@->7", "12/845@5->", "12/845@5->6->7", "error/1@2"] {
      #expect(DonorCopy(text) == nil)
    }
  }

  @Test("Bad addresses and amounts are one sentence that names what there is")
  func errors() throws {
    let tiny = Tiny(TinyTransformer(), TinyTranscoders.forms[0])
    let engine = try tiny.engine()
    let features = tiny.set.featureCount(layer: 0)
    let cases: [(String, InterventionError)] = [
      ("3/0@1=0", .noSuchLayer(3, layerCount: 3)), ("-1/0@1=0", .noSuchLayer(-1, layerCount: 3)),
      ("error/9@1=x0", .noSuchLayer(9, layerCount: 3)),
      ("0/\(features)@1=0", .noSuchFeature(layer: 0, index: features, featureCount: features)),
      ("0/-1@1=0", .noSuchFeature(layer: 0, index: -1, featureCount: features)),
      ("0/0@6=0", .noSuchPositions(.at(6), positionCount: 6)),
      ("0/0@-7=0", .noSuchPositions(.at(-7), positionCount: 6)),
      ("0/0@4..<4=0", .noSuchPositions(.range(from: 4, below: 4), positionCount: 6)),
      ("0/0@1..<9=0", .noSuchPositions(.range(from: 1, below: 9), positionCount: 6)),
      ("0/0@6..=0", .noSuchPositions(.from(6), positionCount: 6)),
      ("0/0@1=nan", .notFinite("The amount for 0/0")), ("0/0@1=xinf", .notFinite("The amount for 0/0")),
      ("token@1=3", .onlyScaled("token")), ("error/1@1+=3", .onlyScaled("error/1")),
    ]
    for (text, error) in cases {
      let intervention = try #require(Intervention(text))
      #expect(throws: error) { try engine.run([intervention]) }
      // A slice may hold two points itself.
      #expect(error.description.replacing("..", with: "–").isOneSentence, "\(error)")
    }
    #expect(throws: InterventionError.noSuchLayer(7, layerCount: 3)) {
      try engine.run([], patching: .constrained(0...7))
    }
    #expect(throws: InterventionError.conflict("0/1", position: 2)) {
      try engine.run(["0/1@2=1", "0/1@1..=2"].compactMap { Intervention($0) })
    }
    #expect(throws: InterventionError.brokenResult("A logit")) {
      let all = (0..<features).map { Intervention(.feature(layer: 0, index: $0), at: .at(-1), .set(3e38)) }
      return try engine.run(all, patching: .constrained(0...2))
    }
  }

  @Test("Neurons have no errors; transcoders of another model are refused")
  func bases() throws {
    let tiny = Tiny(TinyTransformer(), TinyTranscoders.forms[0])
    let neurons = try InterventionEngine(
      tiny.transformer, ModelNeurons(tiny.transformer), tokens: tiny.tokens)
    #expect(throws: InterventionError.noErrors) {
      try neurons.run([Intervention(.error(layer: 0), at: .at(1), .scale(0))])
    }
    let other = TinyTransformer("deeper") { $0.layerCount = 4 }.transformer(seed: 1)
    #expect(throws: InterventionError.self) { try InterventionEngine(other, tiny.set, tokens: [1, 2]) }
  }
}
