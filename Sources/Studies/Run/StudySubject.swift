public import Evaluations
public import FeatureDashboards
public import ModelCatalogues
import Tokenizers
import Transcoders
public import Transformers

/// What a study is made on: a model, the features to see it through, and what is known of both.
public struct StudySubject: Sendable {
  /// The model with its tokenizer.
  public let model: LanguageModel
  /// What people call the model.
  public let name: String
  /// The features.
  public let basis: SuiteBasis
  /// What people call the features.
  public let basisName: String
  /// How prompts of the model begin.
  public let firstToken: FirstTokenRule
  /// What is known of the features; nil for nothing.
  public let dashboards: DashboardStore?

  /// Puts a subject together.
  public init(
    model: LanguageModel, name: String, basis: SuiteBasis, basisName: String,
    firstToken: FirstTokenRule = .modelDefault, dashboards: DashboardStore? = nil
  ) {
    self.model = model
    self.name = name
    self.basis = basis
    self.basisName = basisName
    self.firstToken = firstToken
    self.dashboards = dashboards
  }

  /// Digests of the model and of the features.
  var identity: [String] {
    let transformer = model.transformer
    let sizes = transformer.configuration
    let shape = "\(sizes.layerCount) \(sizes.dModel) \(sizes.dVocab)"
    let features =
      switch basis {
      case .neurons: "neurons"
      case .transcoders(let set): BasisIdentity(set).description
      }
    return [shape, BasisIdentity(neuronsOf: transformer).description, features]
  }

  /// The first token of a text that stands behind a prompt, or the special token that it spells; nil for none.
  func token(of text: String) -> Int? {
    let tokens = model.tokenizer.encode(text)
    return tokens.first { !model.tokenizer.isSpecial($0) }
      ?? tokens.last { model.tokenizer.piece($0) == text }
  }
}

/// What stops a study.
public struct StudyError: Error, Equatable, CustomStringConvertible {
  /// One sentence: what is wrong and what to do.
  public let description: String

  init(_ description: String) { self.description = description }
}
