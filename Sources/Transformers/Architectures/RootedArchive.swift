import ModelFiles

/// An archive whose tensors of the model's body stand under another root than the architecture's names have.
///
/// Checkpoints of the body alone have no root (`h.0.ln_1.weight`), and those of a model that also sees images keep the
/// text model inside (`language_model.model.norm.weight`, or `model.language_model.norm.weight`).
struct RootedArchive: TensorArchive {
  private let base: any TensorArchive
  private let root: String
  private let found: String

  /// Looks for the root under which `base` keeps the embedding.
  init(_ base: any TensorArchive, names: TensorNames) {
    let body = names.embedding.dropFirst(names.root.count)
    let roots = [names.root, "", "language_model." + names.root, names.root + "language_model."]
    self.base = base
    root = names.root
    found = roots.first { base.contains($0 + body) } ?? names.root
  }

  var tensorNames: [String] { base.tensorNames }

  func contains(_ name: String) -> Bool { base.contains(place(of: name)) }

  func tensor(_ name: String) throws(ModelFileError) -> StoredTensor { try base.tensor(place(of: name)) }

  /// The name in the file; what stands outside the body, such as the unembedding, may stand inside the whole.
  private func place(of name: String) -> String {
    if name.hasPrefix(root) { return found + name.dropFirst(root.count) }
    let inside = "language_model." + name
    return !base.contains(name) && base.contains(inside) ? inside : name
  }
}
