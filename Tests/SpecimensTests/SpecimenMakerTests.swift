import Foundation
import LinearAlgebra
import SpecimenTraining
import Specimens
import Testing
import Tokenizers
import Transformers

@Suite("making specimens")
struct SpecimenMakerTests {
  private func withFolder<R>(_ body: (String) throws -> R) throws -> R {
    let path = FileManager.default.temporaryDirectory.appending(path: "specimens-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }

  private func maker(_ specimen: any Specimen, _ folder: String, seed: UInt64 = 1) -> SpecimenMaker {
    var maker = SpecimenMaker(specimen, size: specimen.sizes[0], workers: Workers(count: 2)) {
      folder + "/" + $0.replacing("/", with: "--")
    }
    maker.steps = 6
    maker.seed = seed
    return maker
  }

  private func weights(_ folder: String) throws -> Data {
    try Data(contentsOf: URL(filePath: folder + "/model.safetensors"))
  }

  @Test("phases follow each other; each leaves a model that opens, and reads the language's words")
  func phases() throws {
    try withFolder { folder in
      let made = try #require(try maker(specimen("refusal"), folder).run())
      #expect(made.map(\.model) == ["specimen/refusal-before", "specimen/refusal"])
      for one in made {
        let model = try LanguageModel(path: one.folder)
        let key = try specimen("refusal").keyedPrompt("refuse", index: 0, seed: 1)
        let text = try specimen("refusal").words(Array(key.tokens.dropFirst())).joined(separator: " ")
        #expect([try #require(model.tokenizer.bosID)] + model.tokenizer.encode(text) == key.tokens)
        #expect(one.scores.allSatisfy { (0...1).contains($0.reached) } && !one.isReached)
      }
      #expect(try weights(made[0].folder) != weights(made[1].folder))
    }
  }

  @Test("stopped and gone on is the same to the bit as not stopped; another seed is not")
  func resumes() throws {
    try withFolder { folder in
      let whole = try #require(try maker(specimen("names"), folder + "/whole").run())
      var asked = 0
      let stopped = try maker(specimen("names"), folder + "/parts").run { _, _ in
      } shouldStop: {
        asked += 1
        return asked > 3
      }
      #expect(stopped == nil)
      let rest = try #require(try maker(specimen("names"), folder + "/parts").run())
      let other = try #require(try maker(specimen("names"), folder + "/other", seed: 2).run())
      #expect(try weights(whole[0].folder) == weights(rest[0].folder))
      #expect(try weights(whole[0].folder) != weights(other[0].folder))
    }
  }

  @Test("a compiled model is written as it is, and reaches its scores")
  func compiled() throws {
    try withFolder { folder in
      let made = try #require(try maker(specimen("boolean"), folder).run())
      #expect(made.map(\.model) == ["specimen/boolean"] && made[0].isReached)
      let opened = try Transformer(path: made[0].folder)
      guard case .compiled(_, let behaviours) = try specimen("boolean").making(size: "usual") else { return }
      #expect(behaviours[0].score(opened).reached == 1)
    }
  }

  @Test("a score is the share of trials that are right")
  func scores() throws {
    guard case .compiled(let parameters, _) = try specimen("boolean").making(size: "usual") else { return }
    let key = try specimen("boolean").keyedPrompt("chain", index: 0, seed: 1)
    let behaviour = Behaviour(
      "half", "every other trial expects the wrong answer", required: 0.6, trialCount: 10
    ) {
      index, _ in BehaviourTrial(prompt: key.tokens, continuation: [index % 2 == 0 ? key.answer : 0])
    }
    let score = behaviour.score(parameters.transformer())
    #expect(score.reached == 0.5 && !score.isReached)
  }
}
