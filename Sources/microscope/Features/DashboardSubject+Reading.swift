import ArgumentParser
import FeatureDashboards
import Foundation
import LinearAlgebra
import Tokenizers
import Transformers

extension DashboardSubject {
  /// The token that begins contexts; nil for none.
  var first: Int? { try? TextOptions.firstToken(nil, model.tokenizer, rule: firstToken) }

  /// The threads that share the work.
  var workers: Workers { model.transformer.workers }

  /// Reads texts as dashboards read their corpus.
  var reader: BasisActivity { BasisActivity(model.transformer, basis, first: first) }

  /// A text as the model reads it.
  func tokens(_ text: String) -> [Int] { (first.map { [$0] } ?? []) + model.tokenizer.encode(text) }
}

extension DashboardOptions {
  /// Opens the dashboards, without the model where a file is named.
  func existingStore() async throws -> DashboardStore {
    if let store { return try DashboardStore(URL(filePath: store), identity: nil) }
    return try await open().existingStore()
  }
}
