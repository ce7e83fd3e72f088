import Foundation

/// How this module's JSON gets from files to values and back.
enum JSONFile {
  /// The largest file that is read, in bytes.
  static let maximumByteCount = 1 << 30

  /// Returns a file's bytes, having looked at its size first.
  static func bytes(of file: URL) throws(GraphFileError) -> Data {
    do {
      let attributes = try FileManager.default.attributesOfItem(
        atPath: file.resolvingSymlinksInPath().path)
      guard attributes[.type] as? FileAttributeType == .typeRegular else {
        throw GraphFileError.unreadable(path: file.path, reason: "it is not a file")
      }
      let byteCount = (attributes[.size] as? NSNumber)?.intValue ?? 0
      guard byteCount <= maximumByteCount else {
        throw GraphFileError.tooLarge(path: file.path, byteCount: byteCount)
      }
      return try Data(contentsOf: file)
    } catch let error as GraphFileError {
      throw error
    } catch {
      throw .unreadable(path: file.path, reason: reason(of: error))
    }
  }

  /// Reads a value from JSON.
  static func decode<Value: Decodable>(
    _ type: Value.Type, from data: Data, path: String
  ) throws(GraphFileError) -> Value {
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch let error as DecodingError {
      if hasNonFiniteNumber(data) { throw .notFinite(place: "A number in \(path)") }
      throw .invalid(path: path, reason: DecodingProblem(error).description)
    } catch {
      throw .invalid(path: path, reason: reason(of: error))
    }
  }

  /// Writes a value as JSON with sorted keys, so that the same value gives the same bytes.
  static func encode(_ value: some Encodable) throws(GraphFileError) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return try encoder.encode(value)
    } catch {
      throw .notFinite(place: "A number of the graph")
    }
  }

  /// Writes a file under a temporary name and renames it.
  static func write(_ data: Data, to file: URL) throws(GraphFileError) {
    do {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try data.write(to: file, options: .atomic)
    } catch {
      throw .unwritable(path: file.path, reason: reason(of: error))
    }
  }

  /// Tells whether a value is spelled `NaN` or `Infinity`, as Python does although JSON forbids it.
  private static func hasNonFiniteNumber(_ data: Data) -> Bool {
    [":NaN", ": NaN", ":Infinity", ": Infinity", ":-Infinity", ": -Infinity"].contains {
      data.range(of: Data($0.utf8)) != nil
    }
  }

  private static func reason(of error: any Error) -> String {
    let text = (error as NSError).localizedDescription
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }
}
