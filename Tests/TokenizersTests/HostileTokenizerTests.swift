import Foundation
import Testing
import Tokenizers

@Suite("Damaged tokenizer files")
struct HostileTokenizerTests {
  private func load(_ text: String, _ configuration: String? = nil) throws -> Tokenizer {
    try Tokenizer(tokenizerJSON: Data(text.utf8), configuration: configuration.map { Data($0.utf8) })
  }

  private func file(vocab: String = #"{"a":0,"b":1,"ab":2}"#, merges: String = "[]", more: String = "")
    -> String
  {
    #"{"model":{"type":"BPE","vocab":\#(vocab),"merges":\#(merges)}\#(more)}"#
  }

  /// The sentence that loading a file fails with.
  private func message(_ text: String, _ configuration: String? = nil) -> String {
    do {
      _ = try load(text, configuration)
      return "loaded"
    } catch {
      return String(describing: error)
    }
  }

  @Test("A small file loads")
  func sound() throws {
    let tokenizer = try load(file(merges: #"["a b"]"#))
    #expect(tokenizer.encode("abba") == [2, 1, 0])
    #expect(tokenizer.decode([2, 1, 0]) == "abba")
  }

  @Test("A file that is cut off anywhere is refused or read, never a crash")
  func truncated() throws {
    let whole = [UInt8](try Fixture.data("tiny-tokenizer.json"))
    for length in stride(from: 0, to: whole.count - 1, by: 61) {
      #expect(throws: TokenizerError.self) {
        try Tokenizer(tokenizerJSON: Data(whole[..<length]), configuration: nil)
      }
    }
  }

  @Test("A file with any byte changed is refused or read, never a crash")
  func changed() throws {
    let whole = [UInt8](try Fixture.data("tiny-tokenizer.json"))
    for index in stride(from: 0, to: whole.count, by: 53) {
      for byte: UInt8 in [0x00, 0x22, 0x5C, 0x39, 0xFF, 0x7B] {
        var bytes = whole
        bytes[index] = byte
        let tokenizer = try? Tokenizer(tokenizerJSON: Data(bytes), configuration: nil)
        _ = tokenizer.map { $0.decode($0.encode("the value 🎉")) }
      }
    }
  }

  @Test("Syntax errors name the file and the byte")
  func syntax() {
    #expect(message("{").hasPrefix("tokenizer.json is not valid JSON at byte 1 ("))
    #expect(message("[1,]").contains("byte 3"))
    #expect(message(#"{"a":"\u12"}"#).contains("bad \\u escape"))
    #expect(message(String(repeating: "[", count: 1_000_000)).contains("128 values inside each other"))
    #expect(message("{} {}").contains("text after the value"))
    #expect(message(file(), "nonsense").hasPrefix("tokenizer_config.json is not valid JSON at byte 0"))
  }

  @Test("Values of the wrong type are named")
  func wrongTypes() {
    #expect(message("[]").contains("`model`"))
    #expect(message(#"{"model":{"vocab":[]}}"#).contains("an object at `model.vocab`"))
    #expect(message(file(vocab: #"{"a":"x"}"#)).contains("`model.vocab.a`"))
    #expect(message(file(vocab: #"{"a":-1}"#)).contains("a whole number"))
    #expect(message(file(vocab: #"{"a":0.5}"#)).contains("a whole number"))
    #expect(message(file(merges: "7")).contains("a list at `model.merges`"))
    #expect(message(file(merges: #"[["a"]]"#)).contains("a pair of pieces"))
    #expect(message(file(more: #","added_tokens":[{"content":"x"}]"#)).contains("`added_tokens[0].id`"))
    #expect(message(file(more: #","pre_tokenizer":3"#)).contains("`pre_tokenizer.type`"))
    #expect(message(file(), #"{"bos_token":5}"#).contains("`bos_token`"))
    #expect(message(file(), #"{"chat_template":5}"#).contains("`chat_template`"))
  }

  @Test("Ids that are far too large or taken twice are refused before memory is used for them")
  func ids() {
    #expect(message(file(vocab: #"{"a":4000000000}"#)).contains("4000000000"))
    #expect(message(file(vocab: #"{"a":99999999999999999999}"#)).contains("a whole number"))
    #expect(message(file(vocab: #"{"a":1,"b":1}"#)).contains("both claim the id 1"))
    #expect(message(file(vocab: #"{"a":0,"a":1}"#)).contains("listed twice"))
    #expect(message(file(more: #","added_tokens":[{"id":0,"content":"x"}]"#)).contains("both claim the id 0"))
    #expect(message(file(more: #","added_tokens":[{"id":9,"content":"a"}]"#)).contains("listed twice"))
    #expect(
      message(file(more: #","added_tokens":[{"id":900000000,"content":"x"}]"#)).contains("outside 0..<"))
  }

  @Test("Merges that name unknown pieces are refused by number")
  func merges() {
    #expect(message(file(merges: #"["a b","a z"]"#)).hasPrefix("Merge 1 (`a z`)"))
    #expect(message(file(merges: #"[["b","a"]]"#)).hasPrefix("Merge 0 (`b a`)"))
    #expect(message(file(merges: #"["ab"]"#)).hasPrefix("Merge 0 (`ab`)"))
  }

  @Test("Steps that are not supported are named")
  func unsupported() {
    #expect(message(#"{"model":{"type":"Unigram","vocab":[]}}"#).contains("the model type `Unigram`"))
    #expect(
      message(file(more: #","normalizer":{"type":"Lowercase"}"#)).contains("the normalizer `Lowercase`"))
    #expect(message(file(more: #","pre_tokenizer":{"type":"Whitespace"}"#)).contains("`Whitespace`"))
    #expect(message(file(more: #","decoder":{"type":"WordPiece"}"#)).contains("the decoder `WordPiece`"))
    let split = #","pre_tokenizer":{"type":"Split","pattern":{"Regex":"x+"},"behavior":"Isolated"}"#
    #expect(message(file(more: split)).contains("the split pattern `x+`"))
    #expect(message(file(more: #","pre_tokenizer":{"type":"Split","behavior":"Odd"}"#)).contains("`Odd`"))
  }

  @Test("A vocabulary whose lists disagree is refused")
  func vocabularies() {
    func failure(_ vocabulary: TokenizerVocabulary) -> TokenizerError? {
      do {
        _ = try Tokenizer(vocabulary: vocabulary)
        return nil
      } catch {
        return error
      }
    }
    var vocabulary = TokenizerVocabulary(kind: .sentencePiece, pieces: ["a", "b"], scores: [0])
    #expect(failure(vocabulary) == .mismatchedCounts(what: "scores", count: 1, pieces: 2))
    vocabulary.scores = [.nan, .infinity]
    #expect(failure(vocabulary) == nil)
    vocabulary.types = [1]
    #expect(failure(vocabulary) == .mismatchedCounts(what: "token types", count: 1, pieces: 2))
    vocabulary.types = [.max, -7]
    vocabulary.bosID = 2
    #expect(failure(vocabulary) == .idOutOfRange(name: "the beginning-of-text token", id: 2, limit: 2))
    vocabulary.bosID = nil
    vocabulary.unknownID = -1
    #expect(failure(vocabulary) == .idOutOfRange(name: "the unknown token", id: -1, limit: 2))
    let empty = TokenizerVocabulary(kind: .bytePairEncoding, pieces: [], preTokenizer: "gpt-2")
    #expect(failure(empty) == nil)
    let merges = TokenizerVocabulary(
      kind: .bytePairEncoding, pieces: ["a"], merges: ["a a"], preTokenizer: "gpt-2")
    #expect(failure(merges) == .invalidMerge(index: 0, merge: "a a"))
  }

  @Test("Tokens that the configuration names but the vocabulary lacks are left out")
  func missingNames() throws {
    let tokenizer = try load(file(), #"{"bos_token":"<s>","eos_token":{"content":"b"},"chat_template":"x"}"#)
    #expect(tokenizer.bosID == nil)
    #expect(tokenizer.eosID == 1)
    #expect(tokenizer.chatTemplate == "x")
  }

  @Test("The post-processor or the configuration tells whether BOS is added")
  func bos() throws {
    let added = #","added_tokens":[{"id":3,"content":"<s>","special":true}]"#
    let processor =
      #","post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>"}}]}"#
    #expect(try load(file(more: added + processor), #"{"bos_token":"<s>"}"#).addsBOS)
    #expect(try load(file(more: added + processor)).bosID == 3)
    #expect(try !load(file(more: added), #"{"bos_token":"<s>"}"#).addsBOS)
    #expect(try load(file(more: added), #"{"bos_token":"<s>","add_bos_token":true}"#).addsBOS)
    let list = #"{"chat_template":[{"name":"rag","template":"r"},{"name":"default","template":"d"}]}"#
    #expect(try load(file(), list).chatTemplate == "d")
  }
}
