import Foundation
import Testing
import Tokenizers

@Suite("SentencePiece BPE")
struct SentencePieceTests {
  private struct Fixtures: Decodable {
    struct Variant: Decodable {
      var ids: [[Int]]
      var decoded: [String]
    }

    var pieces: [String]
    var types: [Int]
    var scores: [Float]
    var texts: [String]
    var variants: [String: Variant]

    func vocabulary(addsSpacePrefix: Bool) -> TokenizerVocabulary {
      TokenizerVocabulary(
        kind: .sentencePiece, pieces: pieces, types: types, scores: scores, bosID: 1, eosID: 2, unknownID: 0,
        addsSpacePrefix: addsSpacePrefix)
    }
  }

  @Test("gives the ids and texts of SentencePiece, with and without a space before the text")
  func goldens() throws {
    let fixtures = try Fixture.decode(Fixtures.self, from: "sentencepiece.json")
    for (name, variant) in fixtures.variants {
      let tokenizer = try Tokenizer(vocabulary: fixtures.vocabulary(addsSpacePrefix: name == "prefixed"))
      for (text, ids) in zip(fixtures.texts, variant.ids) {
        #expect(tokenizer.encode(text) == ids, "\(name): \(text.debugDescription)")
      }
      for (ids, text) in zip(variant.ids, variant.decoded) {
        #expect(sameCodePoints(tokenizer.decode(ids), text), "\(name): \(ids)")
      }
      #expect(tokenizer.addsBOS)
    }
  }

  @Test("parses control tokens only when asked, user-defined pieces always")
  func markers() throws {
    let fixtures = try Fixture.decode(Fixtures.self, from: "sentencepiece.json")
    let tokenizer = try Tokenizer(vocabulary: fixtures.vocabulary(addsSpacePrefix: false))
    let turn = try #require(tokenizer.id(ofPiece: "<turn>"))
    let table = try #require(tokenizer.id(ofPiece: "<table>"))
    #expect(tokenizer.isSpecial(turn))
    #expect(!tokenizer.isSpecial(table))
    #expect(tokenizer.encode("<turn>").count > 1)
    #expect(tokenizer.encode("<turn><table>", parsingSpecialTokens: true) == [turn, table])
    #expect(tokenizer.encode("<table>", parsingSpecialTokens: false) == [table])
  }

  @Test("shows bytes that are no character as one U+FFFD each")
  func brokenBytes() throws {
    let fixtures = try Fixture.decode(Fixtures.self, from: "sentencepiece.json")
    let tokenizer = try Tokenizer(vocabulary: fixtures.vocabulary(addsSpacePrefix: false))
    let lead = try #require(tokenizer.id(ofPiece: "<0xE4>"))
    let letter = try #require(tokenizer.id(ofPiece: "<0x41>"))
    #expect(tokenizer.bytes(of: lead) == [0xE4])
    #expect(tokenizer.piece(lead) == "\u{FFFD}")
    #expect(tokenizer.piece(letter) == "A")
    #expect(tokenizer.decode([letter, lead]) == "\u{FFFD}\u{FFFD}")
  }

  @Test("takes runs of spaces as one piece only if the vocabulary says so")
  func spaceRuns() throws {
    var vocabulary = TokenizerVocabulary(
      kind: .sentencePiece, pieces: ["<unk>", "\u{2581}", "a", "  ", "   ", "\u{2581}a"],
      types: [2, 1, 1, 4, 4, 1],
      scores: [0, -1, -2, 0, 0, -3], unknownID: 0)
    #expect(try Tokenizer(vocabulary: vocabulary).encode("a   a") == [2, 1, 1, 5])
    vocabulary.matchesSpaceRuns = true
    let tokenizer = try Tokenizer(vocabulary: vocabulary)
    #expect(tokenizer.encode("a   a") == [2, 4, 2])
    #expect(tokenizer.decode([2, 4, 2]) == "a   a")
  }

  @Test("spells what it cannot by its unknown token, once for a run")
  func unknown() throws {
    let vocabulary = TokenizerVocabulary(
      kind: .sentencePiece, pieces: ["<unk>", "a"], types: [2, 1], scores: [0, -1], unknownID: 0)
    #expect(try Tokenizer(vocabulary: vocabulary).encode("abca") == [1, 0, 1])
  }
}
