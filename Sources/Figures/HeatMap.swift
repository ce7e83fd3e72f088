import Foundation

/// Numbers in rows and columns as cells of colour, in groups of rows that share a scale, drawn as SVG.
public struct HeatMap: Sendable {
  /// One row.
  public struct Row: Sendable {
    /// What stands before it.
    public var name: String
    /// Its cells; nil where nothing was measured.
    public var values: [Double?]

    /// Names cells.
    public init(name: String, values: [Double?]) {
      self.name = name
      self.values = values
    }
  }

  /// Rows on one scale.
  public struct Group: Sendable {
    /// What its numbers are, with their unit.
    public var name: String
    /// The number that has full colour; nil for the greatest of the group.
    public var most: Double?
    /// The rows, from the top.
    public var rows: [Row]

    /// Describes a group.
    public init(name: String, most: Double? = nil, rows: [Row]) {
      self.name = name
      self.most = most
      self.rows = rows
    }
  }

  /// What stands above.
  public var title: String
  /// What the columns are.
  public var xLabel: String
  /// The name of each column.
  public var columns: [String]
  /// The groups, from the top.
  public var groups: [Group]

  /// Describes a figure.
  public init(title: String, xLabel: String, columns: [String], groups: [Group]) {
    precondition(
      groups.allSatisfy { $0.rows.allSatisfy { $0.values.count == columns.count } },
      "rows of other lengths than \(columns.count)")
    self.title = title
    self.xLabel = xLabel
    self.columns = columns
    self.groups = groups
  }

  private static let (left, top, rowHeight) = (260.0, 50.0, 17.0)

  private var cell: Double { min(30, max(5, 940 / Double(max(columns.count, 1)))) }

  /// The figure as an SVG document.
  public var svg: String {
    let bottom = groups.reduce(Self.top) { $0 + 30 + Self.rowHeight * Double($1.rows.count) }
    let width = Self.left + cell * Double(columns.count)
    var canvas = SVGCanvas(width: Int(max(width, 620)) + 70, height: Int(bottom) + 118)
    canvas.text(title, x: 20, y: 26, style: "font-size:15px;font-weight:600")
    var y = Self.top
    for (index, group) in groups.enumerated() {
      draw(group, index, y, &canvas)
      y += 30 + Self.rowHeight * Double(group.rows.count)
    }
    drawColumns(y, &canvas)
    return canvas.document
  }

  private func draw(_ group: Group, _ index: Int, _ top: Double, _ canvas: inout SVGCanvas) {
    let most = group.most ?? group.rows.flatMap(\.values).compactMap { $0 }.map(abs).max() ?? 0
    canvas.text(
      "\(group.name), 0 to \(HeatMap.number(most))", x: Self.left, y: top + 14,
      style: "fill:#555;font-size:11px")
    for (place, row) in group.rows.enumerated() {
      let y = top + 20 + Self.rowHeight * Double(place)
      canvas.text(
        HeatMap.shortened(row.name), x: Self.left - 8, y: y + 12, style: "text-anchor:end;font-size:11px")
      for (column, value) in row.values.enumerated() {
        draw(value, most, index, Self.left + cell * Double(column), y, &canvas)
      }
    }
  }

  private func draw(
    _ value: Double?, _ most: Double, _ group: Int, _ x: Double, _ y: Double, _ canvas: inout SVGCanvas
  ) {
    let (width, height) = (max(cell - 1, 1), Self.rowHeight - 1)
    canvas.rectangle(x: x, y: y, width: width, height: height, style: "fill:#f4f4f4")
    guard let value, value.isFinite, most > 0, value != 0 else { return }
    let level = max(1, min(100, Int((abs(value) / most * 100).rounded())))
    let colour = Palette.colour(value > 0 ? [0, 2, 3, 4][group % 4] : 1)
    canvas.rectangle(
      x: x, y: y, width: width, height: height,
      style: "fill:\(colour);fill-opacity:\(SVGCanvas.share(level, 100))")
  }

  private func drawColumns(_ y: Double, _ canvas: inout SVGCanvas) {
    // A slanted name needs about 14 pixels beside the next one.
    let step = max(1, Int((14 / cell).rounded(.up)))
    for column in stride(from: 0, to: columns.count, by: step) {
      canvas.slantedText(
        HeatMap.shortened(columns[column], 12), x: Self.left + cell * (Double(column) + 0.5) + 4, y: y + 12,
        style: "text-anchor:end;font-size:11px")
    }
    canvas.text(xLabel, x: Self.left, y: y + 108, style: "fill:#555")
  }

  /// The beginning of a name that fits.
  static func shortened(_ name: String, _ limit: Int = 40) -> String {
    name.count > limit ? name.prefix(limit - 1) + "…" : name
  }

  private static func number(_ value: Double) -> String { String(format: "%.3g", value) }
}
