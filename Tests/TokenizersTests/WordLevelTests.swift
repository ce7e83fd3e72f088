import Foundation
import Testing
import Tokenizers

@Suite("Tokenizers of whole words")
struct WordLevelTests {
  /// `words.json`: a `tokenizer.json` of words, and what Hugging Face's tokenizers make of texts.
  private struct Words: Decodable {
    struct Text: Decodable {
      var text: String
      var ids: [Int]
      var decoded: String
    }

    var tokenizer: String
    var texts: [Text]
  }

  @Test("Ids and texts are those of the reference")
  func reference() throws {
    let words = try JSONDecoder().decode(Words.self, from: Fixture.data("words.json"))
    let tokenizer = try Tokenizer(tokenizerJSON: Data(words.tokenizer.utf8), configuration: nil)
    #expect(words.texts.count > 10)
    for text in words.texts {
      #expect(tokenizer.encode(text.text) == text.ids, "\(text.text.debugDescription)")
      #expect(tokenizer.decode(text.ids) == text.decoded, "\(text.text.debugDescription)")
    }
    #expect(tokenizer.addsBOS && tokenizer.bosID == 0)
  }

  private func load(model: String, more: String = "") throws -> Tokenizer {
    let text = #"{"model":{"type":"WordLevel",\#(model)},"pre_tokenizer":{"type":"WhitespaceSplit"}\#(more)}"#
    return try Tokenizer(tokenizerJSON: Data(text.utf8), configuration: nil)
  }

  @Test("A word is a piece as a whole or unknown; without an unknown piece it is dropped")
  func words() throws {
    let vocab = #""vocab":{"a":0,"ab":1,"?":2}"#
    let tokenizer = try load(model: vocab + #","unk_token":"?""#)
    #expect(tokenizer.encode(" ab\t a  abab ") == [1, 0, 2])
    #expect(tokenizer.decode([1, 0, 2]) == "ab a ?")
    #expect(tokenizer.encode("") == [] && tokenizer.encode(" \n") == [])
    #expect(tokenizer.id(ofText: "ab") == 1 && tokenizer.id(ofPiece: "ab") == 1)
    #expect(tokenizer.piece(1) == "ab")
    #expect(try load(model: vocab).encode("a b ab") == [0, 1])
  }

  @Test("Damaged files of words are refused")
  func hostile() throws {
    #expect(throws: TokenizerError.self) { try load(model: #""vocab":["a"]"#) }
    #expect(throws: TokenizerError.self) { try load(model: #""vocab":{"a":0,"b":0}"#) }
    #expect(throws: TokenizerError.self) { try load(model: #""vocab":{"a":-1}"#) }
  }
}
