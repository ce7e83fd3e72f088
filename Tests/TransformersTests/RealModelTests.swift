import Foundation
import LinearAlgebra
import ModelCatalogues
import Testing
import Tokenizers
import Transformers
import _TestSupport

/// Where SmolLM2-135M-Instruct is: the file that `MICROSCOPE_TEST_MODEL` names, or else what was pulled.
enum RealModel {
  /// The GGUF file, or nil when it is not on this machine.
  static func path(environment: [String: String] = ProcessInfo.processInfo.environment) -> String? {
    if let path = environment["MICROSCOPE_TEST_MODEL"], !path.isEmpty { return path }
    let home = MicroscopeHome(environment: environment)
    return try? Catalogue.builtIn.resolve(Catalogue.defaultModelID, home: home).location.path
  }

  /// Opens the model.
  static func open() throws -> LanguageModel { try LanguageModel(path: #require(path())) }
}

@Suite("Real model: SmolLM2-135M-Instruct", .enabled(if: RealModel.path() != nil), .serialized)
struct RealModelTests {
  struct Text: Decodable {
    var text: String
    var ids: [Int]
    var decoded: String
  }

  @Test("Token ids of every string, and back")
  func tokens() throws {
    struct File: Decodable { var items: [Text] }
    let tokenizer = try LanguageModel.tokenizer(path: #require(RealModel.path()))
    for item in try Golden.json(File.self, "smollm2/tokens.json").items {
      #expect(tokenizer.encode(item.text, parsingSpecialTokens: true) == item.ids, "\(item.text)")
      #expect(tokenizer.decode(item.ids) == item.decoded)
    }
  }

  @Test("Token ids of conversations as the chat template renders them")
  func chat() throws {
    struct Conversation: Decodable {
      var rendered: String
      var ids: [Int]
    }
    struct File: Decodable { var conversations: [Conversation] }
    let tokenizer = try LanguageModel.tokenizer(path: #require(RealModel.path()))
    #expect(tokenizer.chatTemplate?.isEmpty == false)
    for conversation in try Golden.json(File.self, "smollm2/chat.json").conversations {
      #expect(tokenizer.encode(conversation.rendered, parsingSpecialTokens: true) == conversation.ids)
    }
  }

  struct Logits: Decodable {
    struct Prompt: Decodable {
      var prompt: String
      var ids: [Int]
      var top50Ids: [Int]
      var top50Logits: [Float]
      var logsumexp: Double
      var nextTokenNll: [Float]
    }
    var prompts: [Prompt]
  }

  @Test("The largest logits and every token's negative log likelihood, also of a long prompt")
  func logits() throws {
    let model = try RealModel.open()
    for golden in try Golden.json(Logits.self, "smollm2/logits.json").prompts {
      #expect(model.tokenizer.encode(golden.prompt) == golden.ids)
      let run = model.transformer.run(golden.ids)
      let last = run.logits[rows: run.logits.rows - 1..<run.logits.rows]
      let found = golden.top50Ids.map { last[0, $0] }
      #expect(Difference(found, golden.top50Logits, absolute: 1e-3) == nil)
      #expect(last.largestColumns(1)[0][0] == golden.top50Ids[0])
      #expect(abs(logSumExp(last[row: 0]) - golden.logsumexp) < 1e-3)
      let losses = golden.ids.indices.dropLast().map { position in
        Float(logSumExp(run.logits[row: position]) - Double(run.logits[position, golden.ids[position + 1]]))
      }
      #expect(Difference(losses, golden.nextTokenNll, absolute: 1e-3) == nil)
    }
  }

  private func logSumExp(_ row: ArraySlice<Float>) -> Double {
    let top = Double(row.max() ?? 0)
    return top + log(row.reduce(0.0) { $0 + exp(Double($1) - top) })
  }

  @Test("Greedy continuations, as far as the gap between the two largest logits decides them")
  func greedy() throws {
    struct Prompt: Decodable {
      var promptIds: [Int]
      var continuationIds: [Int]
      var text: String
      var top1Top2Gaps: [Double]
    }
    struct File: Decodable { var prompts: [Prompt] }
    let model = try RealModel.open()
    for golden in try Golden.json(File.self, "smollm2/greedy.json").prompts {
      var random = SplitMix64(seed: 0)
      let added = model.transformer.generate(golden.promptIds, count: 16, using: &random)
      let decided = golden.top1Top2Gaps.prefix { $0 > 2e-3 }.count
      #expect(added.prefix(decided) == golden.continuationIds.prefix(decided))
      if decided == 16 { #expect(model.tokenizer.decode(added) == golden.text) }
    }
  }
}
