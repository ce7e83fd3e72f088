import Foundation
public import LinearAlgebra
import ModelFiles

extension Transformer {
  /// The names by which files call the architectures that can be opened.
  public static var supportedArchitectures: [String] { Architecture.all.flatMap(\.names).sorted() }

  /// Opens a model; its weights stay in the file, which is mapped.
  ///
  /// - Parameter path: A GGUF file, or a Hugging Face folder with `config.json` and `*.safetensors`.
  /// - Throws: `TransformerError` or `ModelFileError`, one sentence each.
  public init(path: String, workers: Workers = Workers()) throws {
    guard let values = try? URL(filePath: path).resourceValues(forKeys: [.isDirectoryKey]) else {
      throw TransformerError.missing(path: path)
    }
    if values.isDirectory == true {
      try self.init(folder: path, workers: workers)
    } else {
      try self.init(gguf: path, workers: workers)
    }
  }

  private init(gguf path: String, workers: Workers) throws {
    guard path.hasSuffix(".gguf") else { throw TransformerError.notAModel(path: path) }
    let file = try GGUFFile(path: path)
    let name = try file.string("general.architecture")
    let architecture = try Architecture.named(name, path: path)
    let form = GGUFConfiguration(file: file, path: path, architecture: architecture, name: name)
    let configuration = try form.transformer()
    let reader = WeightReader(
      archive: file, names: architecture.gguf, configuration: configuration,
      interleavesPairs: architecture.ggufInterleavesPairs)
    self.init(configuration: configuration, weights: try reader.weights(), workers: workers)
  }

  private init(folder path: String, workers: Workers) throws {
    let file = path + "/config.json"
    guard FileManager.default.fileExists(atPath: file) else { throw TransformerError.notAModel(path: path) }
    let read = try HuggingFaceConfiguration.read(MappedFile.contents(file), path: file)
    guard let name = read.modelType else {
      throw TransformerError.invalidConfiguration(path: file, problem: "it lacks 'model_type'")
    }
    try read.checkWeights(path: file)
    let architecture = try Architecture.named(name, path: file)
    let configuration = try read.transformer(architecture, path: file)
    let reader = WeightReader(
      archive: RootedArchive(try SafetensorsFolder(path: path), names: architecture.huggingFace),
      names: architecture.huggingFace, configuration: configuration, normOffset: architecture.normOffset,
      needsUnembedding: read.isTied == false)
    self.init(configuration: configuration, weights: try reader.weights(), workers: workers)
  }
}
