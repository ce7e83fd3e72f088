import Foundation

/// Where training runs are looked for.
struct TrainingFolders: Sendable {
  /// Folders of runs, and runs themselves; they need not exist.
  let roots: [URL]

  /// The runs by the name under which they are asked for: the folder's name, with a number where two have one name.
  ///
  /// A run is a folder with `training.yaml` and `metrics.jsonl`; a root is searched one level deep.
  func runs() -> [String: URL] {
    var runs: [String: URL] = [:]
    var seen: Set<String> = []
    for folder in roots.flatMap(TrainingFolders.candidates) where TrainingFolders.isRun(folder) {
      guard seen.insert(folder.resolvingSymlinksInPath().path).inserted else { continue }
      var name = folder.lastPathComponent
      var number = 2
      while runs[name] != nil {
        name = "\(folder.lastPathComponent) (\(number))"
        number += 1
      }
      runs[name] = folder
    }
    return runs
  }

  private static func candidates(_ root: URL) -> [URL] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
    return [root] + names.filter { !$0.hasPrefix(".") }.sorted().map { root.appendingPathComponent($0) }
  }

  private static func isRun(_ folder: URL) -> Bool {
    ["training.yaml", "metrics.jsonl"].allSatisfy {
      FileManager.default.fileExists(atPath: folder.appendingPathComponent($0).path)
    }
  }
}
