extension GGUFFile {
  /// Returns the whole number under `key`; throws when it is absent or something else.
  public func integer(_ key: String) throws(ModelFileError) -> Int {
    guard case .integer(let value) = try value(key) else { throw wrong(key, "a whole number") }
    return value
  }

  /// Returns the float under `key`, rounded when it is stored in double precision; throws when it is absent
  /// or something else.
  public func float(_ key: String) throws(ModelFileError) -> Float {
    guard case .float(let value) = try value(key) else { throw wrong(key, "a float") }
    return Float(value)
  }

  /// Returns the boolean under `key`; throws when it is absent or something else.
  public func bool(_ key: String) throws(ModelFileError) -> Bool {
    guard case .bool(let value) = try value(key) else { throw wrong(key, "a boolean") }
    return value
  }

  /// Returns the text under `key`; throws when it is absent or something else.
  public func string(_ key: String) throws(ModelFileError) -> String {
    guard case .string(let value) = try value(key) else { throw wrong(key, "a string") }
    return value
  }

  /// Returns the whole numbers under `key`; throws when they are absent or something else.
  public func integers(_ key: String) throws(ModelFileError) -> [Int] {
    guard case .integers(let values) = try value(key) else { throw wrong(key, "an array of whole numbers") }
    return values
  }

  /// Returns the floats under `key`, rounded when they are stored in double precision; throws when they are
  /// absent or something else.
  public func floats(_ key: String) throws(ModelFileError) -> [Float] {
    guard case .floats(let values) = try value(key) else { throw wrong(key, "an array of floats") }
    return values.map { Float($0) }
  }

  /// Returns the booleans under `key`; throws when they are absent or something else.
  public func bools(_ key: String) throws(ModelFileError) -> [Bool] {
    guard case .bools(let values) = try value(key) else { throw wrong(key, "an array of booleans") }
    return values
  }

  /// Returns the texts under `key`; throws when they are absent or something else.
  public func strings(_ key: String) throws(ModelFileError) -> [String] {
    guard case .strings(let values) = try value(key) else { throw wrong(key, "an array of strings") }
    return values
  }

  private func value(_ key: String) throws(ModelFileError) -> GGUFValue {
    guard let value = metadata[key] else {
      throw .missingMetadata(
        path: path, key: key, nearest: nearestNames(to: key, among: metadata.keys.sorted()))
    }
    return value
  }

  private func wrong(_ key: String, _ wanted: String) -> ModelFileError {
    .wrongMetadata(path: path, key: key, found: metadata[key]?.kind ?? "absent", wanted: wanted)
  }
}
