/// What can keep the viewer from starting.
public enum ViewerError: Error, Equatable, CustomStringConvertible {
  /// Another program listens on the port.
  case portTaken(UInt16)
  /// The operating system refused to listen on the port, for the reason it gave.
  case cannotListen(port: UInt16, reason: String)
  /// The page's own files are not beside the binary.
  case pageMissing(path: String)

  /// One sentence: what went wrong and what to do.
  public var description: String {
    switch self {
    case .portTaken(let port):
      "Port \(port) is taken by another program; choose another with --port, or any with --port 0."
    case .cannotListen(let port, let reason):
      "The viewer cannot listen on port \(port) (\(reason)); choose another one with --port, or check --listen."
    case .pageMissing(let path):
      "The viewer's page was not found in \(path); build again, keeping the resource bundle beside the binary."
    }
  }
}
