import Foundation
import LinearAlgebra
import ModelFiles
import Transcoders

extension Inspection {
  /// Looks at a folder.
  static func folder(_ path: String) throws -> Inspection {
    var found: Inspection
    if let format = TranscoderFormat.of(path) {
      found = try transcoders(path, format)
    } else if FileManager.default.fileExists(atPath: path + "/config.json") {
      found = try model(path)
    } else {
      throw CommandError(
        "The folder \(path) holds neither transcoders nor a model: it has none of the files by which they are known."
      )
    }
    (found.bytes, found.files) = size(of: path)
    return found
  }

  private static func transcoders(_ path: String, _ format: TranscoderFormat) throws -> Inspection {
    let set = try TranscoderSet(path: path)
    var found = Inspection(.transcoders, path)
    found.layers = set.layerCount
    found.width = set.transcoders.first?.encoder.width
    found.add("format", format.name)
    found.add("kind", set.isCrossLayer ? "cross-layer, from each layer to all behind it" : "per layer")
    found.add("name", set.name)
    found.add("made for", set.modelName)
    let counts = set.transcoders.map(\.featureCount)
    let each = Set(counts).count == 1 ? counts.first?.grouped : nil
    found.add("features", "\(counts.reduce(0, +).grouped) in all, \(each ?? "different numbers") a layer")
    found.add("reads", set.input.rawValue)
    found.add("writes", set.output.rawValue)
    found.add("activation", activation(set.activation))
    found.add(
      "skip", set.transcoders.contains { $0.skip != nil } ? "a linear map beside the features" : "none")
    found.add(
      "numbers", Set(set.transcoders.map(\.encoder.weights.format.rawValue)).sorted().joined(separator: ", "))
    if let layers = found.layers, let width = found.width {
      found.use = "--transcoders \(path) with \(models(layers: layers, width: width))"
    }
    return found
  }

  private static func activation(_ function: ActivationFunction) -> String {
    switch function {
    case .relu: "ReLU"
    case .jumpReLU: "JumpReLU"
    case .topK(let k): "the \(k) largest"
    case .rectifiedTopK(let k): "the \(k) largest above 0"
    }
  }

  /// The part of a model's `config.json` that is shown, under the names of the two families of them.
  private struct ModelConfiguration: Decodable {
    var model_type: String?
    var num_hidden_layers: Int?
    var n_layer: Int?
    var hidden_size: Int?
    var n_embd: Int?
    var vocab_size: Int?
    var max_position_embeddings: Int?
  }

  private static func model(_ path: String) throws -> Inspection {
    let data = try MappedFile.contents(path + "/config.json", atMost: 1 << 20)
    guard let configuration = try? JSONDecoder().decode(ModelConfiguration.self, from: data) else {
      throw CommandError("The configuration \(path)/config.json cannot be read: download the model again.")
    }
    let weights = try SafetensorsFolder(path: path)
    var found = Inspection(.huggingFaceModel, path)
    found.layers = configuration.num_hidden_layers ?? configuration.n_layer
    found.width = configuration.hidden_size ?? configuration.n_embd
    found.tensors = try tensors(of: weights)
    found.add("architecture", configuration.model_type)
    found.add("context", configuration.max_position_embeddings)
    found.add("vocabulary", configuration.vocab_size)
    found.add("numbers", numbers(found.tensors))
    let hasTokenizer = FileManager.default.fileExists(atPath: path + "/tokenizer.json")
    found.use = hasTokenizer ? "--model \(path)" : "--model \(path), once it holds tokenizer.json"
    return found
  }

  /// The bytes and the number of the files below a folder, of which at most 100,000 are counted.
  static func size(of path: String) -> (bytes: Int, files: Int) {
    let keys: [URLResourceKey] = [.fileSizeKey, .isRegularFileKey]
    let all = FileManager.default.enumerator(at: URL(filePath: path), includingPropertiesForKeys: keys)
    var (bytes, files) = (0, 0)
    while files < 100_000, let url = all?.nextObject() as? URL {
      let values = try? url.resolvingSymlinksInPath().resourceValues(forKeys: Set(keys))
      guard values?.isRegularFile == true else { continue }
      bytes += values?.fileSize ?? 0
      files += 1
    }
    return (bytes, files)
  }
}
