import FeatureDashboards
import LinearAlgebra
import ModelCatalogues
import Transcoders
import Transformers

/// A model with its features, opened to run it.
struct FeatureSession {
  let model: LanguageModel
  let basis: DashboardBasis
  /// The token that begins contexts; nil for none.
  let first: Int?
  let workers: Workers

  /// Reads texts as dashboards read their corpus.
  var reader: BasisActivity { BasisActivity(model.transformer, basis, first: first) }

  /// The digest of the features, by which their store is found.
  var identity: String { basis.identity(model.transformer) }

  /// A text as the model reads it.
  func tokens(_ text: String) -> [Int] { (first.map { [$0] } ?? []) + model.tokenizer.encode(text) }
}
