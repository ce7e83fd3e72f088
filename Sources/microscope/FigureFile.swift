import Foundation
import ModelFiles

/// A figure on disk: SVG, or PNG drawn from it by librsvg's `rsvg-convert`.
enum FigureFile {
  /// Refuses a name or place that will not do, before the work starts.
  static func check(_ path: String) throws(CommandError) {
    try OutputPlace.check(file: path, option: "--figure")
    guard path.hasSuffix(".svg") || path.hasSuffix(".png") else {
      throw CommandError("--figure writes .svg or .png, not '\(path)'.")
    }
    guard path.hasSuffix(".svg") || converter != nil else {
      throw CommandError(
        "PNG figures need rsvg-convert, which is not installed: run 'apt install librsvg2-bin', or write an .svg."
      )
    }
  }

  /// Writes a figure under a temporary name and renames it.
  static func write(_ svg: String, to path: String) throws {
    let target = URL(filePath: path)
    guard path.hasSuffix(".png"), let converter else {
      try Data(svg.utf8).write(to: target, options: .atomic)
      return
    }
    let folder = try FileManager.default.url(
      for: .itemReplacementDirectory, in: .userDomainMask, appropriateFor: target, create: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (source, drawn) = (
      folder.appending(component: "figure.svg"), folder.appending(component: "figure.png")
    )
    try Data(svg.utf8).write(to: source)
    let process = Process()
    process.executableURL = converter
    process.arguments = ["--zoom", "2", "--output", drawn.path, source.path]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw CommandError("rsvg-convert could not draw \(path): write an .svg instead.")
    }
    _ = try FileManager.default.replaceItemAt(target, withItemAt: drawn)
  }

  /// Where `rsvg-convert` is, on the search path.
  private static var converter: URL? {
    let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
    return folders.map { URL(filePath: String($0)).appending(component: "rsvg-convert") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }
}
