import ModelFiles
import Yams

/// circuit-tracer's `config.yaml`.
struct CircuitTracerConfiguration: Decodable {
  var modelName: String?
  var kind: String
  var input: String?
  var output: String?
  var scan: String?
  var activation: String?
  var k: Int?
  /// The file of each layer, for sets whose layers do not lie in the folder.
  var files: [String]?
  /// The number of files of a compact set.
  var compactFiles: Int?

  enum CodingKeys: String, CodingKey {
    case modelName = "model_name"
    case kind = "model_kind"
    case input = "feature_input_hook"
    case output = "feature_output_hook"
    case scan
    case activation
    case k
    case files = "transcoders"
    case compactFiles = "compact_files"
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    modelName = try values.decodeIfPresent(String.self, forKey: .modelName)
    kind = try values.decode(String.self, forKey: .kind)
    // Only cross-layer sets that lie in the folder have hooks by default.
    let hasDefaults = kind == "cross_layer_transcoder" && !values.contains(.files)
    input = try values.decodeIfPresent(String.self, forKey: .input) ?? (hasDefaults ? "hook_resid_mid" : nil)
    output = try values.decodeIfPresent(String.self, forKey: .output) ?? (hasDefaults ? "hook_mlp_out" : nil)
    // `scan` may also be a list of dashboard ids; the set's own name is then the folder's.
    scan = try? values.decodeIfPresent(String.self, forKey: .scan)
    activation = try values.decodeIfPresent(String.self, forKey: .activation)
    k = try values.decodeIfPresent(Int.self, forKey: .k)
    files = try values.decodeIfPresent([String].self, forKey: .files)
    compactFiles = try values.decodeIfPresent(Int.self, forKey: .compactFiles)
  }
}

extension CircuitTracerConfiguration {
  /// Reads the `config.yaml` of a folder.
  static func read(_ path: String) throws(TranscoderError) -> CircuitTracerConfiguration {
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

  /// The k of a published set whose configuration leaves it out; circuit-tracer, too, knows it by the repository's name.
  private static func unwrittenCount(_ path: String) -> Int? {
    path.split(separator: "/").last?.hasSuffix("crv-8b-instruct-transcoders") == true ? 128 : nil
  }

  /// Returns the activation function that the file names, or else the one that its tensors imply.
  func activationFunction(_ path: String, thresholds: Bool) throws(TranscoderError) -> ActivationFunction {
    switch activation?.lowercased() {
    case nil: return thresholds ? .jumpReLU : .relu
    case "relu": return .relu
    case "jumprelu" where thresholds: return .jumpReLU
    case "topk":
      guard let k = k ?? CircuitTracerConfiguration.unwrittenCount(path), k > 0 else {
        throw .invalidConfiguration(path: path + "/config.yaml", problem: "topk needs a positive 'k'")
      }
      return .topK(k)
    case .some(let other):
      let problem = "its activation \(quoted(other)) is not known, or lacks its thresholds"
      throw .invalidConfiguration(path: path + "/config.yaml", problem: problem)
    }
  }
}
