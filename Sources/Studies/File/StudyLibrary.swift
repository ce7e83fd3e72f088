import Foundation

/// The studies that come with the program.
public enum StudyLibrary {
  private static let folder = Bundle.module.bundleURL.appending(path: "Library")

  /// Their names, in order.
  public static var names: [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
  }

  /// The file of a built-in study; nil where there is none of this name.
  public static func file(named name: String) throws(StudyFileError) -> StudyFile? {
    guard names.contains(name) else { return nil }
    let text = try StudyFile.text(folder.appending(path: name + ".yaml"), called: name)
    return StudyFile(name: name, text: text, folder: folder)
  }

  /// A commented file to start from, for a study of this name.
  public static func start(named name: String) throws(StudyFileError) -> String {
    let text = try StudyFile.text(folder.appending(path: "start.txt"), called: "the starting file")
    return text.replacing("{{name}}", with: name)
  }
}
