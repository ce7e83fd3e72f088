/// What fires where, as a table of heat.
struct HeatTable {
  private let table: FiringTable
  private let width: Int
  private let colours: Bool

  init(_ table: FiringTable, width: Int = Terminal.width, colours: Bool = Terminal.showsColours) {
    self.table = table
    self.width = width
    self.colours = colours
  }

  /// Columns for a label, at least.
  private static let labelWidth = 26
  /// Columns before the cells: the feature's name.
  private static let nameWidth = 10

  var text: String {
    guard !table.features.isEmpty else { return "no feature fires there" }
    let count =
      "\(table.features.count.grouped) of \(table.active.grouped) active features, the hottest first"
    return ([head, rows.joined(separator: "\n"), Terminal.faint(count)].flatMap { $0.isEmpty ? [] : [$0] })
      .joined(separator: "\n")
  }

  /// The room for cells.
  private var room: Int { max(table.tokens.count, width - HeatTable.nameWidth - HeatTable.labelWidth) }

  private var pieces: [String] { table.tokens.map { Terminal.visible($0.piece) } }

  /// The width of each token's cell: that of its text where all texts fit, else the same for all.
  private var cells: [Int] {
    let whole = pieces.map { max(2, min(12, $0.columns) + 1) }
    guard whole.reduce(0, +) > room else { return whole }
    return pieces.map { _ in max(1, min(3, room / max(1, pieces.count))) }
  }

  private var showsTexts: Bool { cells.count < 2 || pieces.map { max(2, min(12, $0.columns) + 1) } == cells }

  private var head: String {
    let indent = String(repeating: " ", count: HeatTable.nameWidth)
    guard !showsTexts else {
      return indent + zip(pieces, cells).map { $0.fitting($1 - 1).filling($1) }.joined()
    }
    let numbers = cells.enumerated().map { place, width in
      String("\(place)".suffix(max(1, width - 1))).leading(max(1, width - 1)) + (width > 1 ? " " : "")
    }
    return legend + "\n" + indent + numbers.joined()
  }

  /// The tokens with their numbers, in lines.
  private var legend: String {
    var lines = [""]
    for (place, piece) in pieces.enumerated() {
      let entry = "\(place) ‘\(piece)’  "
      if (lines.last ?? "").columns + entry.columns > width, lines.last != "" { lines.append("") }
      lines[lines.count - 1] += entry
    }
    return lines.joined(separator: "\n")
  }

  private var rows: [String] {
    let used = HeatTable.nameWidth + cells.reduce(0, +)
    return table.features.map { row in
      let heat = zip(row.activations, cells).map { cell($0 / max(row.greatest, .leastNormalMagnitude), $1) }
      let label = row.label.map(Terminal.printable) ?? ""
      return "\(row.name)".filling(HeatTable.nameWidth) + heat.joined() + " "
        + label.fitting(max(10, width - used - 1))
    }
  }

  /// A cell as wide as its column, without the gap behind it.
  private func cell(_ heat: Float, _ width: Int) -> String {
    let body = max(1, width - 1)
    let gap = String(repeating: " ", count: width - body)
    guard heat > 0 else { return String(repeating: "·", count: 1).filling(body) + gap }
    guard !colours else {
      return Terminal.heated(String(repeating: " ", count: body), heat, colours: true) + gap
    }
    let shades: [Character] = ["░", "▒", "▓", "█"]
    return String(repeating: shades[min(3, Int(heat * 4))], count: body) + gap
  }
}
