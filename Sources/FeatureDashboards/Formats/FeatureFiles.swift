import Foundation
import ModelFiles

/// How dashboards are laid out in files for other programs.
public enum FeatureFileForm: String, Sendable, CaseIterable {
  /// circuit-tracer's: a JSON file for each feature, named by the Cantor pairing of layer and index.
  case circuitTracer = "circuit-tracer"
  /// circuit-tracer's for large sets: a file for each layer that holds compressed JSON, and an index of them.
  case circuitTracerArchive = "circuit-tracer-archive"
  /// Neuronpedia's: a compressed file for each layer that holds a feature's JSON in each line.
  case neuronpedia
}

/// Feature files that cannot be read, told in one sentence.
public struct FeatureFileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file.
  public var path: String
  /// What is wrong with it.
  public var problem: String

  /// The error in one sentence.
  public var description: String { "Cannot import \(path): \(problem)." }
}

extension Double {
  /// The number as a count, whatever a file says.
  var asCount: Int { isFinite ? Int(max(0, min(1e15, rounded()))) : 0 }
}

/// The one number that circuit-tracer gives layer and index together.
enum CantorPairing {
  /// Pairs two numbers.
  static func pair(_ layer: Int, _ index: Int) -> Int { (layer + index) * (layer + index + 1) / 2 + index }

  /// Takes a pair apart; nil for a number that is none of layers and indices.
  static func unpair(_ number: Int) -> FeatureName? {
    guard (0..<1 << 52).contains(number) else { return nil }
    let sum = Int((Double(8 * number + 1).squareRoot() - 1) / 2)
    let index = number - sum * (sum + 1) / 2
    return FeatureName(layer: sum - index, index: index)
  }
}

/// JSON of features, written the same way every time.
enum FeatureJSON {
  static func bytes(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(value))
  }

  static func value<Value: Decodable>(
    _ type: Value.Type, _ bytes: some Sequence<UInt8>, path: String
  ) throws(FeatureFileError) -> Value {
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch DecodingError.keyNotFound(let key, _) {
      throw FeatureFileError(path: path, problem: "it lacks \(quoted(key.stringValue))")
    } catch {
      throw FeatureFileError(path: path, problem: "it is no JSON of a feature")
    }
  }
}
