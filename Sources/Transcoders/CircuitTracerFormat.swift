import Foundation
import LinearAlgebra
import ModelFiles
import Yams

/// circuit-tracer's `config.yaml`.
struct CircuitTracerConfiguration: Decodable {
  var modelName: String?
  var kind: String
  var input: String
  var output: String
  var scan: String?
  var activation: String?
  var k: Int?

  enum CodingKeys: String, CodingKey {
    case modelName = "model_name"
    case kind = "model_kind"
    case input = "feature_input_hook"
    case output = "feature_output_hook"
    case scan
    case activation
    case k
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    modelName = try values.decodeIfPresent(String.self, forKey: .modelName)
    kind = try values.decode(String.self, forKey: .kind)
    let isCrossLayer = kind == "cross_layer_transcoder"
    input = try values.decodeIfPresent(String.self, forKey: .input) ?? (isCrossLayer ? "hook_resid_mid" : "")
    output = try values.decodeIfPresent(String.self, forKey: .output) ?? (isCrossLayer ? "hook_mlp_out" : "")
    // `scan` may also be a list of dashboard ids; the set's own name is then the folder's.
    scan = try? values.decodeIfPresent(String.self, forKey: .scan)
    activation = try values.decodeIfPresent(String.self, forKey: .activation)
    k = try values.decodeIfPresent(Int.self, forKey: .k)
  }
}

extension TranscoderSet {
  /// Opens a folder in circuit-tracer's format; weights stay in the files, which are mapped.
  ///
  /// - Parameters:
  ///   - path: A folder with `config.yaml` and either `layer_{i}.safetensors` (per-layer: `W_enc`, `W_dec`, `b_enc`,
  ///     `b_dec`, optionally `activation_function.threshold` and `W_skip`, by output and input) or
  ///     `W_enc_{i}.safetensors` and `W_dec_{i}.safetensors` (cross-layer; `W_skip_{i}` by input and output).
  public init(circuitTracerFolder path: String) throws {
    let configuration = try TranscoderSet.configuration(path)
    guard let input = FeatureInput(rawValue: configuration.input) else {
      throw TranscoderSet.unknownHook(
        "feature_input_hook", configuration.input, FeatureInput.allCases.map(\.rawValue), path)
    }
    guard let output = FeatureOutput(rawValue: configuration.output) else {
      throw TranscoderSet.unknownHook(
        "feature_output_hook", configuration.output, FeatureOutput.allCases.map(\.rawValue), path)
    }
    let transcoders: [Transcoder]
    switch configuration.kind {
    case "transcoder_set": transcoders = try TranscoderSet.perLayer(path)
    case "cross_layer_transcoder": transcoders = try TranscoderSet.crossLayer(path)
    default:
      throw TranscoderError.invalidConfiguration(
        path: path + "/config.yaml", problem: "its model_kind \(quoted(configuration.kind)) is not known")
    }
    let name = configuration.scan ?? URL(filePath: path).standardizedFileURL.lastPathComponent
    self.init(
      name: name, modelName: configuration.modelName, input: input, output: output,
      activation: try configuration.activationFunction(
        path, thresholds: transcoders.contains { !$0.thresholds.isEmpty }),
      transcoders: transcoders)
  }

  private static func unknownHook(_ key: String, _ value: String, _ known: [String], _ path: String)
    -> TranscoderError
  {
    .invalidConfiguration(
      path: path + "/config.yaml",
      problem: "its \(key) \(quoted(value)) is not one of \(known.joined(separator: ", "))")
  }

  private static func configuration(_ path: String) throws(TranscoderError) -> CircuitTracerConfiguration {
    let file = path + "/config.yaml"
    guard let data = try? MappedFile.contents(file, atMost: 1 << 20),
      let text = String(validating: data, as: UTF8.self)
    else {
      throw .notATranscoderSet(path: path, problem: "it holds no readable config.yaml")
    }
    // A few hundred bytes of aliases of aliases can stand for more values than any machine can walk.
    guard !text.contains("&") || text.count(where: { $0 == "*" }) <= 16 else {
      throw .invalidConfiguration(path: file, problem: "it uses more than 16 aliases")
    }
    do {
      return try YAMLDecoder().decode(CircuitTracerConfiguration.self, from: text)
    } catch let DecodingError.keyNotFound(key, _) {
      throw .invalidConfiguration(path: file, problem: "it lacks '\(key.stringValue)'")
    } catch let DecodingError.typeMismatch(_, context) {
      let key = context.codingPath.map(\.stringValue).joined(separator: ".")
      throw .invalidConfiguration(path: file, problem: "'\(key)' is of the wrong type")
    } catch {
      throw .invalidConfiguration(path: file, problem: "it is not valid YAML")
    }
  }

  private static func perLayer(_ path: String) throws -> [Transcoder] {
    try layers(path, named: "layer_#.safetensors") { file, _ in
      let encoder = try file.tensor("W_enc").matrix()
      let shape = [encoder.rows, encoder.columns]
      return Transcoder(
        encoder: encoder, encoderBias: try numbers(file, "b_enc", count: encoder.rows),
        thresholds: try thresholds(file, "activation_function.threshold", count: encoder.rows),
        decoder: try file.tensor("W_dec", shape: shape).matrix(),
        decoderBias: try numbers(file, "b_dec", count: encoder.columns),
        skip: try skip(file, "W_skip", width: encoder.columns))
    }
  }

  private static func crossLayer(_ path: String) throws -> [Transcoder] {
    let transcoders = try layers(path, named: "W_enc_#.safetensors") { file, layer in
      let encoder = try file.tensor("W_enc_\(layer)").matrix()
      let decoders = try SafetensorsFile(path: "\(path)/W_dec_\(layer).safetensors").tensor("W_dec_\(layer)")
      let span = decoders.shape.count == 3 ? decoders.shape[1] : 0
      guard decoders.shape == [encoder.rows, span, encoder.columns], span > 0 else {
        throw TranscoderError.invalidConfiguration(
          path: "\(path)/W_dec_\(layer).safetensors",
          problem: "W_dec_\(layer) is \(decoders.shape), the encoder [\(encoder.rows), \(encoder.columns)]")
      }
      let skipped = try skip(file, "W_skip_\(layer)", width: encoder.columns)
      return Transcoder(
        encoder: encoder, encoderBias: try numbers(file, "b_enc_\(layer)", count: encoder.rows),
        thresholds: try thresholds(file, "threshold_\(layer)", count: encoder.rows),
        decoder: try decoders.foldedMatrix(), span: span,
        decoderBias: try numbers(file, "b_dec_\(layer)", count: encoder.columns),
        skip: skipped.map { StoredMatrix($0.widened().transposed()) })
    }
    for (layer, transcoder) in transcoders.enumerated() where layer + transcoder.span > transcoders.count {
      let problem =
        "it writes to \(transcoder.span) layers, but there are \(transcoders.count - layer) from there"
      throw TranscoderError.invalidConfiguration(path: "\(path)/W_dec_\(layer).safetensors", problem: problem)
    }
    return transcoders
  }

  /// Opens the files of all layers, from 0 until one is missing.
  private static func layers(
    _ path: String, named pattern: String, read: (SafetensorsFile, Int) throws -> Transcoder
  ) throws -> [Transcoder] {
    var transcoders: [Transcoder] = []
    while true {
      let file = path + "/" + pattern.replacing("#", with: String(transcoders.count))
      guard FileManager.default.fileExists(atPath: file) else { break }
      transcoders.append(try read(SafetensorsFile(path: file), transcoders.count))
    }
    guard let width = transcoders.first?.encoder.columns,
      try !holdsLayer(above: transcoders.count, path, named: pattern)
    else {
      let missing = pattern.replacing("#", with: String(transcoders.count))
      throw TranscoderError.notATranscoderSet(path: path, problem: "it holds no \(missing)")
    }
    guard transcoders.allSatisfy({ $0.encoder.columns == width }) else {
      throw TranscoderError.invalidConfiguration(path: path, problem: "its layers are of different widths")
    }
    guard Set(transcoders.map(\.thresholds.isEmpty)).count == 1 else {
      throw TranscoderError.invalidConfiguration(
        path: path, problem: "some of its layers have thresholds, others none")
    }
    return transcoders
  }

  /// Returns whether the folder has the file of a layer behind one that it lacks.
  private static func holdsLayer(above missing: Int, _ path: String, named pattern: String) throws -> Bool {
    let parts = pattern.split(separator: "#")
    return try FileManager.default.contentsOfDirectory(atPath: path).contains { name in
      guard name.hasPrefix(parts[0]), name.hasSuffix(parts[1]) else { return false }
      return (Int(name.dropFirst(parts[0].count).dropLast(parts[1].count)) ?? 0) > missing
    }
  }

  private static func thresholds(_ file: SafetensorsFile, _ name: String, count: Int) throws -> [Float] {
    file.contains(name) ? try numbers(file, name, count: count) : []
  }

  private static func numbers(_ file: SafetensorsFile, _ name: String, count: Int) throws -> [Float] {
    let tensor = try file.tensor(name, shape: [count])
    let values = try tensor.floats()
    guard !values.contains(where: \.isNaN) else {
      throw TranscoderError.invalidConfiguration(
        path: tensor.file, problem: "its \(name) holds something that is not a number")
    }
    return values
  }

  private static func skip(_ file: SafetensorsFile, _ name: String, width: Int) throws -> StoredMatrix? {
    file.contains(name) ? try file.tensor(name, shape: [width, width]).matrix() : nil
  }
}

extension CircuitTracerConfiguration {
  /// Returns the activation function that the file names, or else the one that its tensors imply.
  func activationFunction(_ path: String, thresholds: Bool) throws(TranscoderError) -> ActivationFunction {
    switch activation?.lowercased() {
    case nil: return thresholds ? .jumpReLU : .relu
    case "relu": return .relu
    case "jumprelu" where thresholds: return .jumpReLU
    case "topk":
      guard let k, k > 0 else {
        throw .invalidConfiguration(path: path + "/config.yaml", problem: "topk needs a positive 'k'")
      }
      return .topK(k)
    case .some(let other):
      let problem = "its activation \(quoted(other)) is not known, or lacks its thresholds"
      throw .invalidConfiguration(path: path + "/config.yaml", problem: problem)
    }
  }
}
