import Foundation

/// Signed numbers as bars that lie on their sides, one for each series, in named rows, drawn as SVG.
public struct SignedBars: Sendable {
  /// One bar.
  public struct Bar: Sendable {
    /// Its length; nil for none.
    public var value: Double?
    /// Whether it is only what would be: drawn hollow.
    public var isHypothetical: Bool

    /// Describes a bar.
    public init(_ value: Double?, isHypothetical: Bool = false) {
      self.value = value
      self.isHypothetical = isHypothetical
    }
  }

  /// The bars of one thing.
  public struct Row: Sendable {
    /// What stands before them.
    public var name: String
    /// The bars, in the order of the series.
    public var bars: [Bar]

    /// Describes a row.
    public init(name: String, bars: [Bar]) {
      self.name = name
      self.bars = bars
    }
  }

  /// What stands above.
  public var title: String
  /// What the numbers are, with their unit.
  public var xLabel: String
  /// What the legend calls the bars of each row.
  public var series: [String]
  /// What the legend calls hollow bars; empty for none.
  public var hypothetical: String
  /// The rows, from the top.
  public var rows: [Row]

  /// Describes a figure.
  public init(title: String, xLabel: String, series: [String], hypothetical: String = "", rows: [Row]) {
    precondition(
      rows.allSatisfy { $0.bars.count == series.count }, "rows of other sizes than \(series.count)")
    self.title = title
    self.xLabel = xLabel
    self.series = series
    self.hypothetical = hypothetical
    self.rows = rows
  }

  private static let (left, right, top, thickness) = (320.0, 860.0, 92.0, 10.0)

  private var step: Double { Self.thickness * Double(series.count) + 9 }

  /// The figure as an SVG document.
  public var svg: String {
    let scale = Scale(rows.flatMap(\.bars).compactMap(\.value) + [0])
    let bottom = Self.top + step * Double(rows.count)
    var canvas = SVGCanvas(width: 900, height: Int(bottom) + 60)
    canvas.text(title, x: 20, y: 26, style: "font-size:15px;font-weight:600")
    drawLegend(&canvas)
    for tick in scale.ticks {
      canvas.line(
        (place(tick, scale), Self.top - 4), (place(tick, scale), bottom),
        style: tick == 0 ? "stroke:#999" : "stroke:#e4e4e4")
      canvas.text(
        Scale.text(tick), x: place(tick, scale), y: bottom + 18, style: "text-anchor:middle;fill:#555")
    }
    for (index, row) in rows.enumerated() { draw(row, Self.top + step * Double(index), scale, &canvas) }
    canvas.text(xLabel, x: (Self.left + Self.right) / 2, y: bottom + 40, style: "text-anchor:middle")
    return canvas.document
  }

  private func place(_ value: Double, _ scale: Scale) -> Double {
    Self.left + scale.share(value) * (Self.right - Self.left)
  }

  private func draw(_ row: Row, _ y: Double, _ scale: Scale, _ canvas: inout SVGCanvas) {
    canvas.text(
      HeatMap.shortened(row.name, 48), x: Self.left - 10, y: y + step / 2,
      style: "text-anchor:end;font-size:11px")
    for (index, bar) in row.bars.enumerated() {
      guard let value = bar.value, value.isFinite else { continue }
      let (zero, end) = (place(0, scale), place(value, scale))
      let colour = Palette.colour(index)
      canvas.rectangle(
        x: min(zero, end), y: y + Self.thickness * Double(index), width: max(abs(end - zero), 0.6),
        height: Self.thickness - 2,
        style: bar.isHypothetical
          ? "fill:\(colour);fill-opacity:0.15;stroke:\(colour);stroke-dasharray:3 2" : "fill:\(colour)")
    }
  }

  private func drawLegend(_ canvas: inout SVGCanvas) {
    for (index, name) in series.enumerated() {
      let y = 38 + 16 * Double(index)
      canvas.rectangle(x: 20, y: y, width: 12, height: 10, style: "fill:\(Palette.colour(index))")
      canvas.text(HeatMap.shortened(name, 110), x: 38, y: y + 9, style: "font-size:11px")
    }
    guard !hypothetical.isEmpty else { return }
    let y = 38 + 16 * Double(series.count)
    canvas.rectangle(x: 20, y: y, width: 12, height: 10, style: "fill:none;stroke:#777;stroke-dasharray:3 2")
    canvas.text(hypothetical, x: 38, y: y + 9, style: "font-size:11px")
  }
}
