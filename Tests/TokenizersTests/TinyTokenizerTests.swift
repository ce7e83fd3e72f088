import Foundation
import Testing
import Tokenizers

@Suite("A tokenizer.json of byte-level BPE")
struct TinyTokenizerTests {
  private struct Prompt: Decodable {
    var text: String
    var ids: [Int]
  }

  private func tokenizer() throws -> Tokenizer {
    try Tokenizer(
      tokenizerJSON: Fixture.data("tiny-tokenizer.json"),
      configuration: Fixture.data("tiny-tokenizer-config.json"))
  }

  @Test("encodes the prompts of the golden models, which begin with BOS and are cut after 40 tokens")
  func goldenPrompts() throws {
    let tokenizer = try tokenizer()
    let bos = try #require(tokenizer.bosID)
    let prompts = try Fixture.decode([Prompt].self, from: "tiny-prompts.json")
    #expect(prompts.count >= 4)
    for prompt in prompts {
      let ids = [bos] + tokenizer.encode(prompt.text)
      #expect(
        ids.starts(with: prompt.ids) && (ids.count == prompt.ids.count || prompt.ids.count == 40), "\(ids)")
      #expect(tokenizer.decode(tokenizer.encode(prompt.text)) == prompt.text)
    }
  }

  @Test("knows its special ids from the configuration")
  func specialIDs() throws {
    let tokenizer = try tokenizer()
    #expect(tokenizer.padID == 0)
    #expect(tokenizer.bosID == 1)
    #expect(tokenizer.eosID == 2)
    #expect(!tokenizer.addsBOS)
    #expect(tokenizer.chatTemplate == nil)
    #expect(tokenizer.isSpecial(1))
    #expect(!tokenizer.isSpecial(3))
    #expect(!tokenizer.isSpecial(-1))
    #expect(!tokenizer.isSpecial(1 << 40))
  }

  @Test("parses special tokens in the text unless told not to")
  func specialTokens() throws {
    let tokenizer = try tokenizer()
    #expect(tokenizer.encode("<|bos|><|eos|>") == [1, 2])
    let plain = tokenizer.encode("<|bos|>", parsingSpecialTokens: false)
    #expect(plain.count > 1)
    #expect(tokenizer.decode(plain) == "<|bos|>")
  }

  @Test("finds ids by spelling and by text")
  func lookups() throws {
    let tokenizer = try tokenizer()
    let space = try #require(tokenizer.id(ofPiece: "Ġ"))
    #expect(tokenizer.bytes(of: space) == [0x20])
    #expect(tokenizer.id(ofText: " ") == space)
    #expect(tokenizer.id(ofPiece: "<|eos|>") == 2)
    #expect(tokenizer.id(ofText: "<|eos|>") == 2)
    #expect(tokenizer.id(ofText: "the value of it") == nil)
    #expect(tokenizer.id(ofText: "") == nil)
    #expect(tokenizer.id(ofPiece: "no such piece") == nil)
  }

  @Test("shows a part of a character as U+FFFD, and the whole when its parts are together")
  func partsOfCharacters() throws {
    let tokenizer = try tokenizer()
    let ids = tokenizer.encode("🎉")
    #expect(ids.count > 1)
    #expect(tokenizer.decode(ids) == "🎉")
    #expect(ids.map { tokenizer.piece($0) }.allSatisfy { $0.contains("\u{FFFD}") })
    #expect(ids.flatMap { tokenizer.bytes(of: $0) } == Array("🎉".utf8))
  }

  @Test("ignores ids that it does not have")
  func unknownIDs() throws {
    let tokenizer = try tokenizer()
    #expect(tokenizer.decode([-1, .max, .min]).isEmpty)
    #expect(tokenizer.piece(tokenizer.vocabularySize).isEmpty)
    #expect(tokenizer.bytes(of: -5).isEmpty)
  }

  @Test("decodes what it encoded, whatever the text")
  func roundTrip() throws {
    let tokenizer = try tokenizer()
    for value in stride(from: UInt32(1), to: 0x2_0000, by: 97) {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let text = "a\(scalar) \(scalar)\(scalar)\n\(value)"
      #expect(sameCodePoints(tokenizer.decode(tokenizer.encode(text)), text))
    }
  }
}
