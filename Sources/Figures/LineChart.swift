/// A chart of lines over a shared axis, drawn as SVG.
public struct LineChart: Sendable {
  /// One line.
  public struct Series: Sendable {
    /// What the legend calls it.
    public var name: String
    /// The value at each place of the axis; what is not finite is left out.
    public var values: [Double]
    /// Where the true value may lie at each place; empty for unknown.
    public var intervals: [ClosedRange<Double>?]

    /// Names values.
    public init(name: String, values: [Double], intervals: [ClosedRange<Double>?] = []) {
      precondition(intervals.isEmpty || intervals.count == values.count, "\(intervals.count) intervals")
      self.name = name
      self.values = values
      self.intervals = intervals
    }
  }

  /// What stands above the chart.
  public var title: String
  /// What the horizontal axis shows.
  public var xLabel: String
  /// What the vertical axis shows.
  public var yLabel: String
  /// The places on the horizontal axis, ascending.
  public var x: [Double]
  /// The lines.
  public var series: [Series]
  /// Places on the horizontal axis to mark, each with a word.
  public var marks: [(x: Double, label: String)] = []

  /// Describes a chart.
  public init(title: String, xLabel: String, yLabel: String, x: [Double], series: [Series]) {
    precondition(series.allSatisfy { $0.values.count == x.count }, "lines of other lengths than \(x.count)")
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.x = x
    self.series = series
  }

  /// The chart as an SVG document of 720 × 420 pixels, wider where the legend's names are long.
  public var svg: String {
    let ends = series.flatMap(\.intervals).compactMap { $0 }.flatMap { [$0.lowerBound, $0.upperBound] }
    let frame = Frame(x: Scale(x, isTight: true), y: Scale(series.flatMap(\.values) + ends))
    let longest = series.map(\.name.count).max() ?? 0
    let width = Int((Frame.right + 52 + 6.8 * Double(longest)).rounded(.up))
    var canvas = SVGCanvas(width: max(720, width), height: 420)
    canvas.text(title, x: Frame.left, y: 26, style: "font-size:15px;font-weight:600")
    drawAxes(frame, &canvas)
    for mark in marks { draw(mark, frame, &canvas) }
    for (index, line) in series.enumerated() { drawBand(line, index, frame, &canvas) }
    for (index, line) in series.enumerated() { draw(line, index, frame, &canvas) }
    return canvas.document
  }

  private func drawAxes(_ frame: Frame, _ canvas: inout SVGCanvas) {
    for tick in frame.y.ticks {
      canvas.line(
        (Frame.left, frame.y(tick)), (Frame.right, frame.y(tick)),
        style: tick == 0 ? "stroke:#999" : "stroke:#e4e4e4")
      canvas.text(
        Scale.text(tick), x: Frame.left - 8, y: frame.y(tick) + 4, style: "text-anchor:end;fill:#555")
    }
    for tick in frame.x.ticks {
      canvas.text(
        Scale.text(tick), x: frame.x(tick), y: Frame.bottom + 18, style: "text-anchor:middle;fill:#555")
    }
    canvas.line((Frame.left, Frame.bottom), (Frame.right, Frame.bottom), style: "stroke:#999")
    canvas.text(
      xLabel, x: (Frame.left + Frame.right) / 2, y: Frame.bottom + 40, style: "text-anchor:middle")
    canvas.text(yLabel, x: Frame.left, y: Frame.top - 12, style: "fill:#555")
  }

  private func draw(_ mark: (x: Double, label: String), _ frame: Frame, _ canvas: inout SVGCanvas) {
    let place = frame.x(mark.x)
    canvas.line((place, Frame.top), (place, Frame.bottom), style: "stroke:#777;stroke-dasharray:4 4")
    let isWide = place + 5 + 6.8 * Double(mark.label.count) > Frame.right
    canvas.text(
      mark.label, x: isWide ? place - 5 : place + 5, y: Frame.top + 12,
      style: isWide ? "text-anchor:end;fill:#555" : "fill:#555")
  }

  private func drawBand(_ line: Series, _ index: Int, _ frame: Frame, _ canvas: inout SVGCanvas) {
    let known = zip(x, line.intervals).compactMap { place, interval in
      interval.map { (x: frame.x(place), low: frame.y($0.lowerBound), high: frame.y($0.upperBound)) }
    }
    guard known.count > 1 else { return }
    canvas.polygon(
      known.map { ($0.x, $0.high) } + known.reversed().map { ($0.x, $0.low) },
      style: "fill:\(Palette.colour(index));fill-opacity:0.18")
  }

  private func draw(_ line: Series, _ index: Int, _ frame: Frame, _ canvas: inout SVGCanvas) {
    let colour = Palette.colour(index)
    let points = zip(x, line.values).filter { $0.1.isFinite }.map { (frame.x($0.0), frame.y($0.1)) }
    canvas.polyline(points, style: "fill:none;stroke:\(colour);stroke-width:2")
    for point in points { canvas.circle(point, radius: 3, style: "fill:\(colour)") }
    let y = Frame.top + 14 + Double(index) * 20
    canvas.line(
      (Frame.right + 14, y - 4), (Frame.right + 34, y - 4), style: "stroke:\(colour);stroke-width:3")
    canvas.text(line.name, x: Frame.right + 40, y: y)
  }
}

/// Where a chart's axes lie on the page.
private struct Frame {
  static let left = 70.0
  static let right = 540.0
  static let top = 66.0
  static let bottom = 360.0
  let x: Scale
  let y: Scale

  func x(_ value: Double) -> Double { Frame.left + x.share(value) * (Frame.right - Frame.left) }

  func y(_ value: Double) -> Double { Frame.bottom - y.share(value) * (Frame.bottom - Frame.top) }
}
