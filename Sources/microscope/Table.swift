/// Rows of cells in columns of even width.
enum Table {
  /// Returns one line for each row; the last cell of a row is not padded.
  static func lines(_ rows: [[String]]) -> [String] {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      let padded = zip(row, widths).map { $0.padding($1) }
      return (padded.dropLast() + row.suffix(1)).joined(separator: "  ")
    }
  }
}

extension String {
  /// The text with spaces behind it up to `width` characters.
  func padding(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
