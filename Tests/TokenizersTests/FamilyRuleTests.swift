import Foundation
import Testing
import Tokenizers

@Suite("The rules by which model families split text")
struct FamilyRuleTests {
  /// The fixture: one BPE, and what each rule makes of the same texts.
  fileprivate struct Families {
    let model: [String: Any]
    let texts: [String]
    let variants: [String: [String: Any]]

    init() throws {
      let object = try Fixture.object("families.json")
      model = try #require(object["model"] as? [String: Any])
      texts = try #require(object["texts"] as? [String])
      variants = try #require(object["variants"] as? [String: [String: Any]])
    }

    /// A `tokenizer.json` of one variant.
    func file(_ variant: [String: Any]) throws -> Data {
      var file = variant.filter {
        ["normalizer", "pre_tokenizer", "decoder", "added_tokens"].contains($0.key)
      }
      let options = try #require(variant["options"] as? [String: Any])
      file["model"] = model.merging(options) { $1 }
      return try JSONSerialization.data(withJSONObject: file)
    }

    /// The same BPE as a GGUF file carries it.
    func vocabulary(preTokenizer: String) throws -> TokenizerVocabulary {
      let ids = try #require(model["vocab"] as? [String: Int])
      let pieces = ids.sorted { $0.value < $1.value }.map(\.key)
      let merges = try #require(model["merges"] as? [[String]]).map { $0.joined(separator: " ") }
      return TokenizerVocabulary(
        kind: .bytePairEncoding, pieces: pieces, types: pieces.map { $0 == "<|end|>" ? 3 : 1 },
        merges: merges,
        preTokenizer: preTokenizer)
    }
  }

  @Test("give the ids of Hugging Face's tokenizers from tokenizer.json")
  func fromJSON() throws {
    let families = try Families()
    #expect(families.variants.count == 14)
    for (name, variant) in families.variants {
      let tokenizer = try Tokenizer(tokenizerJSON: families.file(variant), configuration: nil)
      let expected = try #require(variant["ids"] as? [[Int]])
      let plain = try #require(variant["plain_ids"] as? [[Int]])
      let decoded = try #require(variant["decoded"] as? [String])
      for (text, ids) in zip(families.texts, expected) {
        #expect(tokenizer.encode(text) == ids, "\(name): \(text.debugDescription)")
      }
      for (text, ids) in zip(families.texts.suffix(plain.count), plain) {
        #expect(
          tokenizer.encode(text, parsingSpecialTokens: false) == ids,
          "\(name), plain: \(text.debugDescription)")
      }
      for (ids, text) in zip(expected, decoded) {
        #expect(sameCodePoints(tokenizer.decode(ids), text), "\(name): \(ids)")
      }
    }
  }

  @Test(
    "give the same ids from a GGUF vocabulary", arguments: ["gpt-2", "smollm", "llama-bpe", "qwen2", "olmo"])
  func fromVocabulary(name: String) throws {
    let families = try Families()
    let tokenizer = try Tokenizer(vocabulary: families.vocabulary(preTokenizer: name))
    let expected = try #require(families.variants[name]?["ids"] as? [[Int]])
    for (text, ids) in zip(families.texts, expected) {
      #expect(tokenizer.encode(text) == ids, "\(text.debugDescription)")
    }
  }

  @Test("are refused by name when they are not known")
  func unknownRule() throws {
    let vocabulary = try Families().vocabulary(preTokenizer: "falcon")
    #expect(throws: TokenizerError.unsupported(file: "The model file", what: "the pre-tokenizer `falcon`")) {
      try Tokenizer(vocabulary: vocabulary)
    }
  }

  @Test("take merges in both spellings")
  func mergeSpellings() throws {
    var families = try Families()
    let variant = try #require(families.variants["gpt-2"])
    let pairs = try Tokenizer(tokenizerJSON: families.file(variant), configuration: nil)
    var model = families.model
    model["merges"] = try #require(model["merges"] as? [[String]]).map { $0.joined(separator: " ") }
    families = try Families(model: model, of: families)
    let strings = try Tokenizer(tokenizerJSON: families.file(variant), configuration: nil)
    for text in families.texts { #expect(pairs.encode(text) == strings.encode(text)) }
  }

  @Test("need time in proportion to the text, also when it is a single word")
  func longTexts() throws {
    let tokenizer = try Tokenizer(vocabulary: Families().vocabulary(preTokenizer: "smollm"))
    for text in ["a", "the next token. ", " ", "中", "e\u{301}"] {
      let long = String(repeating: text, count: 300_000 / text.utf8.count)
      var ids: [Int] = []
      let time = ContinuousClock().measure { ids = tokenizer.encode(long) }
      #expect(time < .seconds(10))
      #expect(sameCodePoints(tokenizer.decode(ids), long))
    }
  }
}

extension FamilyRuleTests.Families {
  fileprivate init(model: [String: Any], of other: Self) throws {
    self.model = model
    texts = other.texts
    variants = other.variants
  }
}
