/// A table as comma-separated values (RFC 4180): the first line names the columns.
struct StudyTable {
  private(set) var rows: [[String: String]] = []

  /// Reads a table; empty lines, and those that begin with #, are left out.
  init(_ text: String, file: String) throws(StudyFileError) {
    var names: [String]?
    for (line, cells) in try StudyTable.records(text, file) {
      guard let head = names else {
        guard Set(cells).count == cells.count, cells.allSatisfy({ !$0.isEmpty }) else {
          throw StudyFileError(
            file: file, line: line, problem: "column names are empty or there twice",
            remedy: "name each column")
        }
        names = cells
        continue
      }
      guard cells.count == head.count else {
        throw StudyFileError(
          file: file, line: line, problem: "\(cells.count) values for \(head.count) columns",
          remedy: "put values that hold commas into quotes")
      }
      rows.append(Dictionary(uniqueKeysWithValues: zip(head, cells)))
    }
    guard !rows.isEmpty else {
      throw StudyFileError(
        file: file, problem: "it has no rows", remedy: "name columns in the first line, then give rows")
    }
  }

  /// The cells of each record, with the line on which it begins.
  private static func records(
    _ text: String, _ file: String
  ) throws(StudyFileError) -> [(line: Int, cells: [String])] {
    var records: [(line: Int, cells: [String])] = []
    var (cells, cell, isQuoted, wasQuoted) = ([String](), "", false, false)
    var (line, start) = (1, 1)
    var rest = text[...]
    func endRecord() {
      cells.append(cell)
      let isBlank = cells.count == 1 && !wasQuoted && (cell.isEmpty || cell.hasPrefix("#"))
      if !isBlank { records.append((start, cells)) }
      (cells, cell, wasQuoted) = ([], "", false)
    }
    while let character = rest.popFirst() {
      if character.isNewline { line += 1 }
      switch character {
      case "\"" where isQuoted && rest.first == "\"": cell.append(rest.removeFirst())
      case "\"" where isQuoted: isQuoted = false
      case "\"" where cell.isEmpty: (isQuoted, wasQuoted) = (true, true)
      case "," where !isQuoted && !(cells.isEmpty && cell.hasPrefix("#")):
        cells.append(cell)
        cell = ""
      case _ where character.isNewline && !isQuoted:
        endRecord()
        start = line
      default: cell.append(character)
      }
    }
    guard !isQuoted else {
      throw StudyFileError(file: file, line: start, problem: "a quote is not closed", remedy: "close it")
    }
    if !cell.isEmpty || !cells.isEmpty { endRecord() }
    return records
  }
}
