import ArgumentParser
import Foundation
import LinearAlgebra
import LiveServices
import ModelCatalogues
import Viewer

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract:
      "Show graphs, new traces, interventions and training runs in browser pages, on this machine only.",
    discussion: """
      Graphs that are traced while the page is open appear in it, too. The page traces prompts and intervenes on models \
      that are on this machine; a model is loaded when it is first asked. The page /training shows the runs below the \
      transcoders folder of MICROSCOPE_HOME and those of --runs, with curves that grow while a run goes on.

      Others can reach the page only with --listen and --token. What they send is not encrypted.

      Examples:
        microscope serve --port 8041
        microscope serve --model gemma-3-270m --transcoders my-set
        microscope serve --listen 192.168.1.5 --token "$(openssl rand -hex 16)"
      """)

  @OptionGroup var live: LiveOptions

  @Option(
    help: ArgumentHelp(
      "The folder of graphs. (default: the graphs folder of MICROSCOPE_HOME)", valueName: "folder"))
  var graphs: String?

  @Option(help: ArgumentHelp("A training run, or a folder of them; repeatable.", valueName: "folder"))
  var runs: [String] = []

  @Option(help: "The page's port; 0 takes any that is free.")
  var port: UInt16 = 8041

  @Option(
    help: ArgumentHelp(
      "Let others in at this IPv4 address of the machine, or at all with 0.0.0.0; needs --token.",
      valueName: "address"))
  var listen: String?

  @Option(
    help: ArgumentHelp("What the page's address must hold when others are let in.", valueName: "secret"))
  var token: String?

  func validate() throws {
    guard let listen else {
      guard token == nil else { throw ValidationError("--token has a meaning only with --listen.") }
      return
    }
    let parts = listen.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4, parts.allSatisfy({ UInt8($0) != nil }) else {
      throw ValidationError(
        "--listen takes an IPv4 address in numbers, such as 192.168.1.5, not '\(listen)'.")
    }
    guard let token, token.utf8.count >= 16, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw ValidationError(
        "--listen needs --token with at least 16 letters, digits or signs, and no spaces.")
    }
  }

  func run() async throws {
    let folder = graphs.map { URL(filePath: $0) } ?? MicroscopeHome().graphs
    if let graphs {
      try ServeCommand.check(graphs, or: "give --graphs the folder that trace wrote to.", path: folder.path)
    }
    for run in runs {
      try ServeCommand.check(
        run, or: "give --runs the folder that train writes to, or one above it.", path: run)
    }
    var contents = ServeCommand.contents(folder, runs: runs)
    try await live.fill(&contents, home: MicroscopeHome())
    try await ServeCommand.serve(
      contents, address: ListenAddress(host: listen ?? "127.0.0.1", port: port), token: token, slug: nil
    ) { try? Terminal.say($0) }
  }

  private static func check(_ name: String, or advice: String, path: String) throws {
    var isFolder: ObjCBool = false
    let exists = unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    guard exists && isFolder.boolValue else { throw CommandError("There is no folder \(path): \(advice)") }
  }

  /// What a server shows besides a model.
  static func contents(_ folder: URL, runs: [String] = []) -> ViewerContents {
    var contents = ViewerContents(graphDirectory: folder)
    contents.trainingDirectories = runs.map { URL(filePath: $0) } + [MicroscopeHome().transcoders]
    contents.version = Microscope.version
    return contents
  }

  /// Serves until Ctrl-C; `announce` is told where the page is.
  static func serve(
    _ contents: ViewerContents, address: ListenAddress, token: String? = nil, slug: String?,
    announce: @escaping @Sendable (String) -> Void
  ) async throws {
    OpenFiles.raiseLimit()
    let server = ViewerServer(contents, address: address, token: token)
    let task = Task {
      try await server.run { url in
        let address = slug.map { url.absoluteString + "#graph=" + $0 } ?? url.absoluteString
        announce("page    \(address)   (Ctrl-C ends it)")
        if Terminal.showsProgress { Browser.open(address) }
      }
    }
    let interrupt = Interrupt { task.cancel() }
    defer { interrupt.stop() }
    do {
      try await task.value
    } catch  where task.isCancelled {
      return
    }
  }
}

/// The person's browser.
enum Browser {
  /// Opens an address, where the machine has a way to.
  static func open(_ address: String) {
    #if os(macOS)
      let opener = "/usr/bin/open"
    #else
      let opener = "/usr/bin/xdg-open"
    #endif
    guard FileManager.default.isExecutableFile(atPath: opener) else { return }
    let process = Process()
    process.executableURL = URL(filePath: opener)
    process.arguments = [address]
    process.standardError = FileHandle.nullDevice
    try? process.run()
  }
}
