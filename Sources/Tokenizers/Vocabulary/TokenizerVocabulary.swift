/// The vocabulary that a model file carries about its tokenizer, as plain values (GGUF's `tokenizer.ggml.*`
/// keys).
public struct TokenizerVocabulary: Sendable {
  /// How pieces are joined into longer ones (`tokenizer.ggml.model`).
  public enum Kind: Sendable {
    /// Byte-level BPE: an ordered list of merges (`gpt2`).
    case bytePairEncoding
    /// SentencePiece BPE: the join with the best score first (`llama`).
    case sentencePiece
  }

  /// How pieces are joined.
  public var kind: Kind
  /// The spelling of each piece; its index is its id.
  public var pieces: [String]
  /// GGUF's type of each piece: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte; empty means
  /// all normal.
  public var types: [Int]
  /// The score of each piece; only SentencePiece has them.
  public var scores: [Float]
  /// Merges as "left right", best first; only byte-level BPE has them.
  public var merges: [String]
  /// The name of the rule that splits text into words (`tokenizer.ggml.pre`).
  public var preTokenizer: String
  /// The id that begins a text.
  public var bosID: Int?
  /// The id that ends a text.
  public var eosID: Int?
  /// The id of text that no piece covers.
  public var unknownID: Int?
  /// The id that fills up a batch.
  public var padID: Int?
  /// Whether a prompt starts with `bosID`; nil leaves it to the kind (SentencePiece: yes).
  public var addsBOS: Bool?
  /// Whether a space is put before the text (SentencePiece only).
  public var addsSpacePrefix: Bool
  /// Whether user-defined runs of spaces stand for spaces in the text (SentencePiece only).
  ///
  /// GGUF spells such pieces with plain spaces, while the text's spaces are escaped as `▁` before pieces are
  /// looked for. When this is false, as in a SentencePiece model rebuilt from the file, the two never meet
  /// and a run of n spaces becomes single `▁` pieces. When it is true the run is one piece, as in Gemma's own
  /// tokenizer.
  ///
  /// A GGUF file is read with false, because the reference ids of Gemma 3 were made by such a rebuilt model, and
  /// a file's ids should not depend on the program. It is not what Gemma was trained with: on two short pieces of
  /// indented code Gemma 3 270M gives 409 and 156 nats to the single pieces, 80 and 36 to the runs. A folder's
  /// `tokenizer.json` says itself how runs are read.
  public var matchesSpaceRuns: Bool
  /// The Jinja source of the chat template.
  public var chatTemplate: String?

  /// Describes a vocabulary; what is left out is absent from the file.
  public init(
    kind: Kind, pieces: [String], types: [Int] = [], scores: [Float] = [], merges: [String] = [],
    preTokenizer: String = "default", bosID: Int? = nil, eosID: Int? = nil, unknownID: Int? = nil,
    padID: Int? = nil, addsBOS: Bool? = nil, addsSpacePrefix: Bool = false, matchesSpaceRuns: Bool = false,
    chatTemplate: String? = nil
  ) {
    self.kind = kind
    self.pieces = pieces
    self.types = types
    self.scores = scores
    self.merges = merges
    self.preTokenizer = preTokenizer
    self.bosID = bosID
    self.eosID = eosID
    self.unknownID = unknownID
    self.padID = padID
    self.addsBOS = addsBOS
    self.addsSpacePrefix = addsSpacePrefix
    self.matchesSpaceRuns = matchesSpaceRuns
    self.chatTemplate = chatTemplate
  }
}
