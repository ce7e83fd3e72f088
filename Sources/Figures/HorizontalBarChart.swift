/// Shares as lying bars with long names before them, each with the interval in which it may truly lie and a mark for what was
/// expected, drawn as SVG.
public struct HorizontalBarChart: Sendable {
  /// One bar.
  public struct Bar: Sendable {
    /// What stands before it.
    public var name: String
    /// Its length, 0…1; nil where nothing was measured.
    public var share: Double?
    /// Where the true share may lie; nil for unknown.
    public var interval: ClosedRange<Double>?
    /// What was expected; nil for nothing.
    public var mark: Double?
    /// Whether it is drawn in the second colour.
    public var isOther: Bool

    /// Describes a bar.
    public init(
      name: String, share: Double?, interval: ClosedRange<Double>? = nil, mark: Double? = nil,
      isOther: Bool = false
    ) {
      self.name = name
      self.share = share
      self.interval = interval
      self.mark = mark
      self.isOther = isOther
    }
  }

  /// What stands above the chart.
  public var title: String
  /// What the legend calls bars in the first and the second colour.
  public var kinds: (first: String, other: String)
  /// What the legend calls the marks.
  public var mark: String
  /// The bars, from top to bottom.
  public var bars: [Bar]

  /// Describes a chart.
  public init(title: String, kinds: (first: String, other: String), mark: String, bars: [Bar]) {
    self.title = title
    self.kinds = kinds
    self.mark = mark
    self.bars = bars
  }

  private static let (length, top, step) = (410.0, 84.0, 34.0)
  /// The most characters of a name that are shown, and the pixels that one takes.
  private static let (nameLength, nameStep) = (64, 6.8)

  /// Where bars begin: behind the longest name.
  private var left: Double {
    30 + Self.nameStep * Double(max(24, min(Self.nameLength, bars.map(\.name.count).max() ?? 0)))
  }

  /// The chart as an SVG document, as wide as its names ask for.
  public var svg: String {
    let bottom = Self.top + Self.step * Double(max(bars.count, 1))
    var canvas = SVGCanvas(width: Int(left + Self.length) + 40, height: Int(bottom) + 40)
    canvas.text(title, x: 20, y: 26, style: "font-size:15px;font-weight:600")
    drawLegend(&canvas)
    for tick in [0, 0.25, 0.5, 0.75, 1] {
      canvas.line((x(tick), Self.top), (x(tick), bottom), style: tick == 0 ? "stroke:#999" : "stroke:#e4e4e4")
      canvas.text(
        "\(Int(tick * 100))%", x: x(tick), y: bottom + 18, style: "text-anchor:middle;fill:#555")
    }
    for (place, bar) in bars.enumerated() { draw(bar, Self.top + Self.step * (Double(place) + 0.5), &canvas) }
    return canvas.document
  }

  private func x(_ share: Double) -> Double {
    left + min(max(share, 0), 1) * Self.length
  }

  private func drawLegend(_ canvas: inout SVGCanvas) {
    var x = 20.0
    for (place, name) in [kinds.first, kinds.other].enumerated() {
      canvas.rectangle(x: x, y: 44, width: 12, height: 12, style: "fill:\(Palette.colour(place))")
      canvas.text(name, x: x + 17, y: 54)
      x += 40 + 7 * Double(name.count)
    }
    canvas.line((x + 5, 43), (x + 5, 58), style: "stroke:#000;stroke-width:2;stroke-dasharray:3 2")
    canvas.text(mark, x: x + 14, y: 54)
  }

  private func draw(_ bar: Bar, _ y: Double, _ canvas: inout SVGCanvas) {
    let name = bar.name.count > Self.nameLength ? bar.name.prefix(Self.nameLength - 1) + "…" : bar.name
    canvas.text(name, x: left - 10, y: y + 4, style: "text-anchor:end")
    if let share = bar.share {
      canvas.rectangle(
        x: left, y: y - 9, width: x(share) - left, height: 18,
        style: "fill:\(Palette.colour(bar.isOther ? 1 : 0))")
    } else {
      canvas.text("not measured", x: left + 8, y: y + 4, style: "fill:#555;font-style:italic")
    }
    if let interval = bar.interval, bar.share != nil {
      canvas.line(
        (x(interval.lowerBound), y), (x(interval.upperBound), y), style: "stroke:#000;stroke-width:1.5")
      for end in [interval.lowerBound, interval.upperBound] {
        canvas.line((x(end), y - 5), (x(end), y + 5), style: "stroke:#000;stroke-width:1.5")
      }
    }
    if let mark = bar.mark {
      canvas.line(
        (x(mark), y - 14), (x(mark), y + 14), style: "stroke:#000;stroke-width:2;stroke-dasharray:3 2")
    }
  }
}
