public import Tokenizers

/// An endless, repeatable row of contexts: documents in random order, cut and joined to one length.
///
/// 1. The documents are put in an order that seed and epoch determine.
/// 2. Each is tokenised; between two stands the token that begins contexts.
/// 3. Every `length − 1` tokens become a context, which begins with that token as prompts do.
public struct ContextStream: Sendable {
  /// Where the stream is; a stream that is given a place goes on from there.
  public struct Place: Sendable, Equatable, Codable {
    /// How often all documents were read.
    public var epoch = 0
    /// How many documents of the epoch were read.
    public var document = 0
    /// Tokens that are read but not given yet.
    public var pending: [Int] = []

    /// The beginning.
    public init() {}
  }

  /// Some tokens as the model reads them.
  public struct Context: Sendable, Equatable {
    /// Token ids.
    public var tokens: [Int]
    /// The document of each, as its place in the corpus; that of a token which begins something is the next one's.
    ///
    /// Nil for tokens that were pending at the place that the stream was given.
    public var documents: [Int?]
  }

  /// Where the stream is.
  public private(set) var place: Place
  /// The document of each pending token.
  private var documents: [Int?]
  private let corpus: TextCorpus
  private let tokenizer: Tokenizer
  private let first: Int?
  private let length: Int
  private let seed: UInt64
  private var order: [Int] = []

  /// Starts a stream of contexts of `length` tokens.
  ///
  /// - Parameter first: The token that begins each context; nil for none.
  public init(
    _ corpus: TextCorpus, tokenizer: Tokenizer, first: Int?, length: Int, seed: UInt64, place: Place = Place()
  ) {
    self.corpus = corpus
    self.tokenizer = tokenizer
    self.first = first
    self.length = length
    self.seed = seed
    self.place = place
    documents = place.pending.map { _ in nil }
    order = documentOrder()
  }

  /// Goes back, or on, to a place.
  mutating func move(to place: Place) {
    self.place = place
    documents = place.pending.map { _ in nil }
    order = documentOrder()
  }

  private func documentOrder() -> [Int] {
    var random = SeededOrder(seed: seed, stream: UInt64(place.epoch) &+ 1)
    return random.permutation(corpus.documents.count)
  }

  /// Returns the next context; nil when the documents hold no tokens at all, or the epoch ends and `repeating` is false.
  public mutating func next(repeating: Bool = true) -> [Int]? { nextContext(repeating: repeating)?.tokens }

  /// Returns the next context with its documents; nil as ``next(repeating:)``.
  public mutating func nextContext(repeating: Bool = true) -> Context? {
    let wanted = length - (first == nil ? 0 : 1)
    var emptyEpochs = 0
    while place.pending.count < wanted {
      if place.document == order.count {
        guard repeating, emptyEpochs < 2, !order.isEmpty else { return nil }
        emptyEpochs += 1
        place.epoch += 1
        place.document = 0
        order = documentOrder()
      }
      if !place.pending.isEmpty, let first { place.pending.append(first) }
      let document = order[place.document]
      let tokens = tokenizer.encode(corpus.documents[document])
      if !tokens.isEmpty { emptyEpochs = 0 }
      place.pending += tokens
      documents += Array(repeating: document, count: place.pending.count - documents.count)
      place.document += 1
    }
    let start = Array(documents[..<(first == nil ? 0 : 1)])
    let context = Context(
      tokens: (first.map { [$0] } ?? []) + place.pending[..<wanted], documents: start + documents[..<wanted])
    place.pending.removeFirst(wanted)
    documents.removeFirst(wanted)
    return context
  }
}
