import Foundation
import GraphFiles
import LinearAlgebra
import ModelFiles
import Tokenizers

extension Inspection {
  /// Looks at a file or folder.
  ///
  /// 1. A folder is a transcoder set in one of the known formats, or a model.
  /// 2. A file is told by its first bytes, whatever its name: GGUF, zip, JSON; a safetensors file begins with the length of
  ///    its header.
  static func of(_ path: String) throws -> Inspection {
    let attributes = try? FileManager.default.attributesOfItem(
      atPath: URL(filePath: path).resolvingSymlinksInPath().path)
    guard !path.isEmpty, let type = attributes?[.type] as? FileAttributeType else {
      throw CommandError("There is nothing at '\(path)': check the path.")
    }
    if type == .typeDirectory { return try folder(path) }
    let bytes = try MappedFile.map(path)
    var found = try file(path, bytes)
    found.bytes = bytes.count
    return found
  }

  private static func file(_ path: String, _ bytes: StoredBytes) throws -> Inspection {
    let start = unsafe bytes.withUnsafeBytes { unsafe Array($0.prefix(9)) }
    if start.starts(with: Array("GGUF".utf8)) { return try gguf(path) }
    if start.starts(with: [0x50, 0x4B]) { return try numpy(path) }
    if start.count == 9, start[8] == UInt8(ascii: "{") { return try safetensors(path) }
    let text = start.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
    guard text.first == UInt8(ascii: "{") else {
      throw CommandError(
        "\(path) is no file that microscope reads: it is neither GGUF, safetensors, numpy nor JSON.")
    }
    return try json(path)
  }

  private static func gguf(_ path: String) throws -> Inspection {
    let file = try GGUFFile(path: path)
    var found = Inspection(.ggufModel, path)
    found.tensors = try tensors(of: file)
    let architecture = try? file.string("general.architecture")
    if let architecture {
      found.layers = try? file.integer("\(architecture).block_count")
      found.width = try? file.integer("\(architecture).embedding_length")
      found.add("context", try? file.integer("\(architecture).context_length"))
    }
    found.add("architecture", architecture)
    found.add("name", try? file.string("general.name"))
    found.add("vocabulary", try? file.strings("tokenizer.ggml.tokens").count)
    found.add("numbers", numbers(found.tensors))
    found.use = "--model \(path)"
    return found
  }

  private static func safetensors(_ path: String) throws -> Inspection {
    let file = try SafetensorsFile(path: path)
    let isGraph = file.metadata["format"] == "microscope-graph"
    var found = Inspection(isGraph ? .rawGraph : .safetensors, path)
    found.tensors = try tensors(of: file)
    for (key, value) in file.metadata.sorted(by: { $0.key < $1.key }).prefix(20) {
      found.add(key, value.count > 200 ? value.prefix(200) + "…" : value)
    }
    if isGraph {
      found.layers = file.metadata["layer_count"].flatMap(Int.init)
      found.add("features", try file.tensor("features").shape.first)
      found.add("edges", try file.tensor("edge_weights").shape.first)
    } else {
      found.add("numbers", numbers(found.tensors))
      if file.contains("W_enc") || file.contains("w_enc") {
        found.use = "one layer of transcoders: --transcoders takes the folder of all layers"
      }
    }
    return found
  }

  private static func numpy(_ path: String) throws -> Inspection {
    let file = try NumpyArchive(path: path)
    var found = Inspection(.numpy, path)
    found.tensors = file.tensorNames.compactMap { name in
      file.declaration(name).map { Tensor(name: name, shape: $0.shape, type: $0.type.name) }
    }
    found.add("numbers", numbers(found.tensors))
    if file.contains("W_enc"), file.contains("threshold") {
      found.use = "one layer of Gemma Scope transcoders: --transcoders takes the folder of all layers"
    }
    return found
  }

  private static func json(_ path: String) throws -> Inspection {
    let data = try MappedFile.contents(path)
    guard let keys = try? JSONDecoder().decode(JSONKeys.self, from: data).names else {
      throw CommandError("\(path) is not valid JSON: export it again.")
    }
    if keys.isSuperset(of: ["nodes", "links"]) { return try graph(path) }
    if keys.contains("model"), !keys.isDisjoint(with: ["added_tokens", "pre_tokenizer"]) {
      let tokenizer = try Tokenizer(tokenizerJSON: data, configuration: nil)
      var found = Inspection(.tokenizer, path)
      found.add("vocabulary", tokenizer.vocabularySize)
      found.use = "the model whose folder it is in"
      return found
    }
    throw CommandError(
      "\(path) is JSON, but neither a graph nor a tokenizer; a configuration is looked at by its folder.")
  }

  private static func graph(_ path: String) throws -> Inspection {
    let graph = try GraphFile(contentsOf: URL(filePath: path))
    var found = Inspection(.graph, path)
    found.add("slug", graph.metadata.slug)
    found.add("transcoders", graph.metadata.transcoderSetID)
    found.add("prompt", graph.metadata.prompt.prefix(200))
    found.add("nodes", graph.nodes.count.grouped)
    found.add("links", graph.links.count.grouped)
    found.use = "microscope serve, or the viewers of circuit-tracer and Neuronpedia"
    return found
  }

  static func tensors(of archive: some TensorArchive) throws -> [Tensor] {
    try archive.tensorNames.map { name in
      let tensor = try archive.tensor(name)
      return Tensor(name: name, shape: tensor.shape, type: tensor.type.name)
    }
  }

  /// The number formats and how many tensors have each, the most frequent first.
  static func numbers(_ tensors: [Tensor]) -> String {
    let counts = Dictionary(grouping: tensors, by: \.type).mapValues(\.count)
    let ordered = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    return ordered.map { "\($0.key) (\($0.value))" }.joined(separator: ", ")
  }
}

/// The names of an object's members.
private struct JSONKeys: Decodable {
  private struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  let names: Set<String>

  init(from decoder: any Decoder) throws {
    names = Set(try decoder.container(keyedBy: Key.self).allKeys.map(\.stringValue))
  }
}
