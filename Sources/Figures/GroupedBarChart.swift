/// Shares as bars in groups, one bar for each series, with the interval in which each may truly lie and a control beside it,
/// drawn as SVG.
public struct GroupedBarChart: Sendable {
  /// One bar.
  public struct Bar: Sendable {
    /// Its height, 0…1; nil where nothing was measured.
    public var share: Double?
    /// Where the true share may lie; nil for unknown.
    public var interval: ClosedRange<Double>?
    /// The share that a control gives, drawn as a line across; nil for none.
    public var control: Double?

    /// Describes a bar.
    public init(share: Double?, interval: ClosedRange<Double>? = nil, control: Double? = nil) {
      self.share = share
      self.interval = interval
      self.control = control
    }
  }

  /// Bars that stand together, one for each series.
  public struct Group: Sendable {
    /// What stands below, in lines.
    public var name: [String]
    /// The bars, in the order of the series.
    public var bars: [Bar]

    /// Describes a group.
    public init(name: [String], bars: [Bar]) {
      self.name = name
      self.bars = bars
    }
  }

  /// What stands above the chart.
  public var title: String
  /// What the legend calls the bars of each group.
  public var series: [String]
  /// What the legend calls the lines across bars.
  public var control: String
  /// The groups, from left to right.
  public var groups: [Group]

  /// Describes a chart.
  public init(title: String, series: [String], control: String, groups: [Group]) {
    precondition(
      groups.allSatisfy { $0.bars.count == series.count }, "groups of other sizes than \(series.count)")
    self.title = title
    self.series = series
    self.control = control
    self.groups = groups
  }

  private static let (left, top, bottom, barWidth, gap) = (60.0, 84.0, 350.0, 22.0, 40.0)

  /// The chart as an SVG document, 420 pixels high.
  public var svg: String {
    let step = Double(series.count) * Self.barWidth + Self.gap
    let right = Self.left + max(step * Double(groups.count), 360)
    var canvas = SVGCanvas(width: Int(right) + 30, height: 420)
    canvas.text(title, x: Self.left, y: 26, style: "font-size:15px;font-weight:600")
    drawLegend(&canvas)
    for tick in [0, 0.25, 0.5, 0.75, 1] {
      canvas.line((Self.left, y(tick)), (right, y(tick)), style: "stroke:#e4e4e4")
      canvas.text("\(Int(tick * 100))%", x: Self.left - 8, y: y(tick) + 4, style: "text-anchor:end;fill:#555")
    }
    for (index, group) in groups.enumerated() {
      let start = Self.left + step * Double(index) + Self.gap / 2
      for (place, bar) in group.bars.enumerated() {
        draw(bar, place, x: start + Double(place) * Self.barWidth, &canvas)
      }
      for (line, text) in group.name.enumerated() {
        canvas.text(
          text, x: start + (step - Self.gap) / 2, y: Self.bottom + 20 + 15 * Double(line),
          style: "text-anchor:middle")
      }
    }
    return canvas.document
  }

  private func y(_ share: Double) -> Double { Self.bottom - share * (Self.bottom - Self.top) }

  private func drawLegend(_ canvas: inout SVGCanvas) {
    var x = Self.left
    for (index, name) in series.enumerated() {
      canvas.rectangle(x: x, y: 42, width: 12, height: 12, style: "fill:\(Palette.colour(index))")
      canvas.text(name, x: x + 17, y: 52)
      x += 40 + 7 * Double(name.count)
    }
    canvas.line((x, 48), (x + 14, 48), style: "stroke:#000;stroke-width:2;stroke-dasharray:3 2")
    canvas.text(control, x: x + 19, y: 52)
  }

  private func draw(_ bar: Bar, _ place: Int, x: Double, _ canvas: inout SVGCanvas) {
    let (width, centre) = (Self.barWidth - 3, x + (Self.barWidth - 3) / 2)
    if let share = bar.share {
      canvas.rectangle(
        x: x, y: y(share), width: width, height: Self.bottom - y(share),
        style: "fill:\(Palette.colour(place))")
    } else {
      canvas.text("–", x: centre, y: Self.bottom - 4, style: "text-anchor:middle;fill:#555")
    }
    if let interval = bar.interval, bar.share != nil {
      canvas.line((centre, y(interval.lowerBound)), (centre, y(interval.upperBound)), style: "stroke:#000")
    }
    if let control = bar.control {
      canvas.line(
        (x - 1, y(control)), (x + width + 1, y(control)),
        style: "stroke:#000;stroke-width:2;stroke-dasharray:3 2")
    }
  }
}
