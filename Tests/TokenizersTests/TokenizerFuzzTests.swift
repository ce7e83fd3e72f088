import Foundation
import Testing
import Tokenizers
import _TestSupport

@Suite("Tokenizer files and chat templates damaged by chance", .serialized)
struct TokenizerFuzzTests {
  private func expectBounded(_ body: () async throws -> (count: Int, slowest: Double)) async rethrows {
    let before = Fuzz.peakMemory ?? 0
    let result = try await body()
    #expect(result.count > 0 && result.slowest < 20, "\(result)")
    #expect((Fuzz.peakMemory ?? 0) - before < 1 << 31)
  }

  @Test("A tokenizer.json is refused or read")
  func tokenizers() async throws {
    let whole = [UInt8](try Fixture.data("tiny-tokenizer.json"))
    let configuration = try Fixture.data("tiny-tokenizer-config.json")
    let parts = [
      #"{"model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":["a b"]},"added_tokens":[{"id":3,"content":"x"}]}"#,
      #"{"model":{"type":"BPE","byte_fallback":true,"vocab":{"▁":0,"<0x41>":1},"merges":[]},"normalizer":{"type":"Replace","pattern":{"String":" "},"content":"▁"}}"#,
    ].map { Array($0.utf8) }
    let words = [
      "\"type\":\"Split\"", "\"ByteLevel\"", "\"behavior\":\"Isolated\"", "\"normalized\":true",
      "\"lstrip\":true",
    ]
    await expectBounded {
      await Fuzz([whole] + parts + parts, words: words).run { bytes in
        let tokenizer = try? Tokenizer(tokenizerJSON: Data(bytes), configuration: configuration)
        if let tokenizer {
          let ids = tokenizer.encode("the value  of 42 is 🎉 x")
          _ = tokenizer.decode(ids + [0, -1, .max])
        }
      }
    }
  }

  @Test("A chat template is refused or rendered")
  func templates() async throws {
    let fixture = try Fixture.object("chats.json")
    let sources = try #require(fixture["templates"] as? [String: String])
    let corpus = sources.sorted { $0.key < $1.key }.map { Array($0.value.utf8) }
    let words = [
      "{%", "%}", "{{", "}}", "{%- for x in range(9) %}", "{% endfor %}", "{% if", "{% set x = ", "messages",
      "* 99999999",
      "~", "|", "[::-1]", ".split('')", "|tojson", "loop.", "namespace(", "{% macro f(a) %}", "f(", ")", "'",
    ]
    let turns = [ChatMessage(role: "user", content: "hi"), ChatMessage(role: "assistant", content: "a\nb")]
    await expectBounded {
      await Fuzz(corpus, words: words).run { bytes in
        let source = String(decoding: bytes, as: UTF8.self)
        _ = try? ChatTemplate(source).render(
          messages: turns, addGenerationPrompt: true, bosToken: "<s>", eosToken: "</s>")
      }
    }
  }
}
