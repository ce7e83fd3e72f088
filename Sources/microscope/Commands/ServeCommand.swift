import ArgumentParser
import Foundation
import ModelCatalogues
import Viewer

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Show traced graphs and training runs in browser pages, on this machine only.",
    discussion: """
      Graphs that are traced while the page is open appear in it, too. The page /training shows the runs below the \
      transcoders folder of MICROSCOPE_HOME and those of --runs, with curves that grow while a run goes on.

      Example:
        microscope serve --port 8041
      """)

  @Option(
    help: ArgumentHelp(
      "The folder of graphs. (default: the graphs folder of MICROSCOPE_HOME)", valueName: "folder"))
  var graphs: String?

  @Option(help: ArgumentHelp("A training run, or a folder of them; repeatable.", valueName: "folder"))
  var runs: [String] = []

  @Option(help: "The page's port; 0 takes any that is free.")
  var port: UInt16 = 8041

  func run() async throws {
    let folder = graphs.map { URL(filePath: $0) } ?? MicroscopeHome().graphs
    var isFolder: ObjCBool = false
    let exists = unsafe FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder)
    guard graphs == nil || (exists && isFolder.boolValue) else {
      throw CommandError("There is no folder \(folder.path): give --graphs the folder that trace wrote to.")
    }
    for run in runs {
      let exists = unsafe FileManager.default.fileExists(atPath: run, isDirectory: &isFolder)
      guard exists && isFolder.boolValue else {
        throw CommandError(
          "There is no folder \(run): give --runs the folder that train writes to, or one above it.")
      }
    }
    try await ServeCommand.serve(folder, runs: runs, port: port, slug: nil) { try? Terminal.say($0) }
  }

  /// Serves until Ctrl-C; `announce` is told where the page is.
  static func serve(
    _ folder: URL, runs: [String] = [], port: UInt16, slug: String?,
    announce: @escaping @Sendable (String) -> Void
  ) async throws {
    let shelf = MicroscopeHome().transcoders
    let server = ViewerServer(
      graphDirectory: folder, trainingDirectories: runs.map { URL(filePath: $0) } + [shelf], port: port)
    let task = Task {
      try await server.run { url in
        let address = slug.map { url.absoluteString + "#slug=" + $0 } ?? url.absoluteString
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
