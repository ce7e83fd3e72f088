import Foundation
import ModelCatalogues

/// What a file or folder is, and what it can be used with.
struct Inspection: Encodable {
  /// The kinds that are told apart.
  enum Kind: String, Encodable {
    case ggufModel = "GGUF model"
    case huggingFaceModel = "Hugging Face model"
    case safetensors = "safetensors file"
    case numpy = "numpy archive"
    case transcoders
    case graph = "graph"
    case rawGraph = "raw graph"
    case tokenizer
  }

  /// A stored tensor.
  struct Tensor: Encodable {
    var name: String
    var shape: [Int]
    var type: String

    /// The same for a person.
    var text: String { "\(Terminal.printable(name))  \(shape) \(type)" }
  }

  /// A line of what is known.
  struct Fact: Encodable {
    var name: String
    var value: String

    init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  var kind: Kind
  var path: String
  /// Bytes on disk, of a folder those of the files in it.
  var bytes = 0
  /// The number of files.
  var files = 1
  var layers: Int?
  var width: Int?
  /// What else is known, in the order in which people read it.
  var facts: [Fact] = []
  /// What it can be used with.
  var use = ""
  var tensors: [Tensor] = []

  init(_ kind: Kind, _ path: String) {
    self.kind = kind
    self.path = path
  }

  /// Adds a fact, unless there is nothing to say.
  mutating func add(_ name: String, _ value: (some CustomStringConvertible)?) {
    guard let value, !"\(value)".isEmpty else { return }
    facts.append(Fact(name, Terminal.printable("\(value)")))
  }

  /// The same for a person; of many tensors only the first are shown.
  var text: String {
    let sizes =
      (Double(bytes) / 1e6).rounded(to: 1) + " MB" + (files == 1 ? "" : " in \(files.grouped) files")
    var rows = [Fact("what", kind.rawValue), Fact("size", sizes)]
    if let layers { rows.append(Fact("layers", String(layers))) }
    if let width { rows.append(Fact("width", String(width))) }
    rows += facts
    if !use.isEmpty { rows.append(Fact("use", use)) }
    let column = (rows.map(\.name.count).max() ?? 0) + 2
    var lines = rows.map { $0.name.padding(column) + $0.value }
    let shown = 24
    lines += tensors.prefix(shown).map { "  " + $0.text }
    if tensors.count > shown { lines.append("  and \((tensors.count - shown).grouped) more tensors") }
    return lines.joined(separator: "\n")
  }

  /// The models of the catalogue that have this shape, in words.
  static func models(layers: Int, width: Int) -> String {
    let known = Catalogue.builtIn.entries(shape: ModelShape(layers: layers, width: width)).map(\.id)
    let such = known.isEmpty ? "" : ", such as " + known.prefix(3).joined(separator: " or ")
    return "a model of width \(width) with \(layers) layers\(such)"
  }
}
