import Attribution
import CircuitGraphs
import Foundation
public import GraphFiles
import Interventions
public import LinearAlgebra
public import ModelCatalogues
import ReplacementModels
import Synchronization
import Tokenizers
import Transcoders
import Transformers
public import Viewer

/// The models of this machine behind the page.
///
/// Everything that a request says is checked here, before anything is computed: model code answers wrong sizes with a
/// precondition, which would end the server.
public final class LiveModelService: LiveModel {
  /// A model and transcoders that the server was started with, beside those in the home.
  public struct Given: Sendable {
    /// The name and place of the default model; nil for the catalogue's.
    public var model: PresentItem?
    /// The name and place of its default transcoders; nil for those that ship.
    public var transcoders: PresentItem?

    /// Names what was given.
    public init(model: PresentItem? = nil, transcoders: PresentItem? = nil) {
      self.model = model
      self.transcoders = transcoders
    }
  }

  let shelf: ModelShelf
  let program: GraphInfo.Generator
  let library: DashboardLibrary?
  let sessions = Mutex<[String: InterventionSession]>([:])
  let locals = Mutex<[String: LocalReplacementModel]>([:])

  /// Serves the models of a home.
  ///
  /// - Parameters:
  ///   - program: What graph files name as their maker.
  ///   - library: What is known of features, for labels.
  public init(
    home: MicroscopeHome, share: MicroscopeShare, given: Given = Given(), program: GraphInfo.Generator,
    library: DashboardLibrary? = nil, workers: Workers = Workers()
  ) {
    shelf = ModelShelf(home: home, share: share, given: given, workers: workers)
    self.program = program
    self.library = library
  }

  /// The models on this machine.
  public func models() throws(APIError) -> [LiveModelInfo] { shelf.list() }

  /// Reads a prompt.
  public func nextTokens(_ request: NextTokensRequest) throws(APIError) -> NextTokensAnswer {
    let start = ContinuousClock.now
    let opened = try shelf.open(request.subject.model)
    let tokens = try tokens(of: request.subject, opened, code: .cannotRun)
    let transformer = opened.model.transformer
    let logits = transformer.run(tokens, recording: [], logits: .last).logits.storage
    guard logits.allSatisfy(\.isFinite) else {
      throw APIError(
        .cannotRun, "The model's logits are not numbers: its weights are damaged; fetch the model again.")
    }
    let next = NextTokens(
      tokens: tokens, logits: logits, tokenizer: opened.model.tokenizer,
      count: min(request.count, logits.count))
    let probabilities = softmax(logits)
    let entropy = probabilities.reduce(0.0) { $1 > 0 ? $0 - Double($1) * log(Double($1)) : $0 }
    return NextTokensAnswer(
      tokens: next.tokens.map { LivePiece(id: $0.id, piece: $0.piece) },
      next: next.logits.map {
        .init(id: $0.id, piece: $0.piece, logit: $0.logit, probability: $0.probability)
      },
      entropy: entropy, seconds: (ContinuousClock.now - start) / .seconds(1),
      contextLength: transformer.configuration.contextLength)
  }

  /// The tokens of a prompt, which the model can read and the machine can hold.
  func tokens(
    of subject: LiveSubject, _ opened: ModelShelf.Opened, code: APIError.Code
  ) throws(APIError) -> [Int] {
    do {
      let encoder = opened.encoder
      let tokens =
        switch subject.prompt {
        case .text(let text): try encoder.tokens(of: text)
        case .chat(let turns):
          try encoder.tokens(of: turns.map { ChatMessage(role: $0.role, content: $0.content) })
        case .tokens(let ids): try encoder.checked(ids)
        }
      try MemoryNeed(tracing: opened.model.transformer.configuration, positions: tokens.count).check()
      return tokens
    } catch { throw APIError(code, "\(error)") }
  }

  /// What the library calls a model's features.
  static func setID(_ opened: ModelShelf.Opened, _ set: TranscoderSet?) -> String {
    set?.name ?? "neurons:" + opened.id
  }

  /// What is made of a prompt is used again while the same is asked: one at a time is kept.
  static func key(_ opened: ModelShelf.Opened, _ set: TranscoderSet?, _ tokens: [Int]) -> String {
    "\(opened.id)|\(set?.name ?? "neurons")|\(tokens.map(String.init).joined(separator: ","))"
  }
}
