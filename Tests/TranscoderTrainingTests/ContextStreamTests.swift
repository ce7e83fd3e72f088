import Testing
import Tokenizers
import TranscoderTraining
import Transformers
import _TestSupport

@Suite("Contexts of a corpus")
struct ContextStreamTests {
  @Test("Every token but those that begin something is the next one of its document", arguments: [nil, 1])
  func documents(_ first: Int?) throws {
    let tokenizer = try LanguageModel.tokenizer(path: Golden.path("tiny/llama/model"))
    let texts = ["the cat sat", "", "on a mat and saw two big dogs", "a", "Paris is big and so is the cat"]
    let corpus = TextCorpus(documents: texts)
    var stream = ContextStream(corpus, tokenizer: tokenizer, first: first, length: 5, seed: 3)
    var plain = stream
    var found: [Int: [Int]] = [:]
    var begun = 0
    while let context = stream.nextContext(repeating: false) {
      let tokens = plain.next(repeating: false)
      #expect(context.tokens == tokens)
      #expect(context.tokens.count == 5 && context.documents.count == 5)
      for (place, document) in context.documents.enumerated() {
        let token = context.tokens[place]
        guard token != first else {
          // What begins a context, or stands between documents, belongs to what comes behind it.
          begun += 1
          guard place < 4, context.tokens[place + 1] != first else { continue }
          #expect(context.documents[place + 1] == document)
          continue
        }
        found[try #require(document), default: []].append(token)
      }
    }
    #expect(found.count > 2 && (begun > 0) == (first != nil))
    for (document, tokens) in found {
      #expect(Array(tokenizer.encode(texts[document]).prefix(tokens.count)) == tokens)
    }
  }

  @Test("Tokens that were pending where a stream goes on have no document")
  func pending() throws {
    let tokenizer = try LanguageModel.tokenizer(path: Golden.path("tiny/llama/model"))
    let corpus = TextCorpus(documents: ["the cat sat on a mat", "two big dogs run and run"])
    var stream = ContextStream(corpus, tokenizer: tokenizer, first: nil, length: 3, seed: 1)
    _ = stream.next()
    let pending = stream.place.pending.count
    var other = ContextStream(
      corpus, tokenizer: tokenizer, first: nil, length: 3, seed: 1, place: stream.place)
    for start in stride(from: 0, to: pending + 3, by: 3) {
      let next = (stream.nextContext(), other.nextContext())
      let (mine, its) = (try #require(next.0), try #require(next.1))
      #expect(mine.tokens == its.tokens)
      for place in 0..<3 {
        #expect(its.documents[place] == (start + place < pending ? nil : mine.documents[place]))
      }
    }
  }
}
