/// Shares as bars, each with the interval in which it may truly lie, drawn as SVG.
public struct BarChart: Sendable {
  /// One bar.
  public struct Bar: Sendable {
    /// What stands under it.
    public var name: String
    /// Its height, 0…1.
    public var share: Double
    /// Where the true share may lie.
    public var interval: ClosedRange<Double>

    /// Describes a bar.
    public init(name: String, share: Double, interval: ClosedRange<Double>) {
      self.name = name
      self.share = share
      self.interval = interval
    }
  }

  /// What stands above the chart.
  public var title: String
  /// The bars, from left to right.
  public var bars: [Bar]

  /// Describes a chart.
  public init(title: String, bars: [Bar]) {
    self.title = title
    self.bars = bars
  }

  /// The chart as an SVG document, 420 pixels high.
  public var svg: String {
    let (left, top, bottom, step) = (60.0, 56.0, 350.0, 130.0)
    let right = left + step * Double(max(bars.count, 2))
    var canvas = SVGCanvas(width: Int(right) + 30, height: 420)
    let y = { (share: Double) in bottom - share * (bottom - top) }
    canvas.text(title, x: left, y: 26, style: "font-size:15px;font-weight:600")
    for tick in [0, 0.25, 0.5, 0.75, 1] {
      canvas.line((left, y(tick)), (right, y(tick)), style: "stroke:#e4e4e4")
      canvas.text("\(Int(tick * 100))%", x: left - 8, y: y(tick) + 4, style: "text-anchor:end;fill:#555")
    }
    for (index, bar) in bars.enumerated() {
      let centre = left + step * (Double(index) + 0.5)
      canvas.rectangle(
        x: centre - 32, y: y(bar.share), width: 64, height: bottom - y(bar.share),
        style: "fill:\(Palette.colour(index))")
      let ends = (y(bar.interval.lowerBound), y(bar.interval.upperBound))
      canvas.line((centre, ends.0), (centre, ends.1), style: "stroke:#000;stroke-width:1.5")
      for end in [ends.0, ends.1] {
        canvas.line((centre - 8, end), (centre + 8, end), style: "stroke:#000;stroke-width:1.5")
      }
      canvas.text(bar.name, x: centre, y: bottom + 20, style: "text-anchor:middle")
    }
    return canvas.document
  }
}
