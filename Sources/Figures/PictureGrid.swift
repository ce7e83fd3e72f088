/// Numbers over two axes as pictures, side by side: the operand plots of arithmetic, drawn as SVG.
///
/// Each picture has its own scale: the strongest cell is drawn in full colour, what is zero is left blank. Numbers below zero
/// have another colour.
public struct PictureGrid: Sendable {
  /// One picture.
  public struct Picture: Sendable {
    /// What stands above it, in lines.
    public var title: [String]
    /// The numbers: `values[i][j]` belongs to `x[i]` and `y[j]`; what is not finite is left blank.
    public var values: [[Double]]

    /// Describes a picture.
    public init(title: [String], values: [[Double]]) {
      self.title = title
      self.values = values
    }
  }

  /// What stands above all.
  public var title: String
  /// What the horizontal axes show.
  public var xLabel: String
  /// What the vertical axes show.
  public var yLabel: String
  /// The numbers along the horizontal axes.
  public var x: [Int]
  /// The numbers along the vertical axes, from the bottom.
  public var y: [Int]
  /// The pictures, row by row.
  public var pictures: [Picture]
  /// How many stand beside each other.
  public var columns: Int

  /// Describes a figure.
  public init(
    title: String, xLabel: String, yLabel: String, x: [Int], y: [Int], pictures: [Picture], columns: Int = 4
  ) {
    precondition(columns > 0 && !x.isEmpty && !y.isEmpty, "\(columns) columns, axes \(x.count) × \(y.count)")
    precondition(
      pictures.allSatisfy { $0.values.count == x.count && $0.values.allSatisfy { $0.count == y.count } },
      "pictures of other sizes than \(x.count) × \(y.count)")
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.x = x
    self.y = y
    self.pictures = pictures
    self.columns = columns
  }

  private static let (side, step, top, levels) = (180.0, 238.0, 52.0, 12)

  /// The lines above the pictures.
  private var titleHeight: Double { 16 * Double(pictures.map(\.title.count).max() ?? 0) + 8 }
  private var rowHeight: Double { titleHeight + Self.side + 52 }

  /// The figure as an SVG document.
  public var svg: String {
    let across = min(columns, max(pictures.count, 1))
    let rows = (pictures.count + columns - 1) / columns
    var canvas = SVGCanvas(
      width: Int(Self.step * Double(across)) + 40,
      height: Int(Self.top + rowHeight * Double(max(rows, 1))) + 34)
    canvas.text(title, x: 24, y: 26, style: "font-size:15px;font-weight:600")
    for (index, picture) in pictures.enumerated() {
      let left = 52 + Self.step * Double(index % columns)
      let top = Self.top + rowHeight * Double(index / columns) + titleHeight
      draw(picture, left, top, &canvas)
    }
    drawLegend(y: Self.top + rowHeight * Double(max(rows, 1)) + 6, &canvas)
    return canvas.document
  }

  private func draw(_ picture: Picture, _ left: Double, _ top: Double, _ canvas: inout SVGCanvas) {
    for (line, text) in picture.title.enumerated() {
      canvas.text(
        text, x: left, y: top - titleHeight + 16 * Double(line) + 12,
        style: line == 0 ? "font-weight:600" : "font-size:11px;fill:#555")
    }
    canvas.rectangle(x: left, y: top, width: Self.side, height: Self.side, style: "fill:none;stroke:#999")
    let scale = (Self.side / Double(x.count), Self.side / Double(y.count))
    for (colour, level, commands) in runs(picture.values) {
      canvas.path(
        commands, x: left, y: top, scale: scale,
        style:
          "fill:\(Palette.colour(colour));fill-opacity:\(SVGCanvas.share(level, Self.levels));shape-rendering:crispEdges"
      )
    }
    drawTicks(left, top, scale, &canvas)
  }

  /// Cells of one colour and strength, joined along the rows: few shapes even for 100 × 100 cells.
  private func runs(_ values: [[Double]]) -> [(colour: Int, level: Int, commands: String)] {
    let most = values.joined().filter(\.isFinite).map(abs).max() ?? 0
    guard most > 0 else { return [] }
    var commands: [Int: String] = [:]
    for row in y.indices {
      var start = 0
      while start < x.count {
        let level = level(values[start][row], most)
        var end = start + 1
        while end < x.count, self.level(values[end][row], most) == level { end += 1 }
        if level != 0 {
          commands[level, default: ""] += "M\(start) \(y.count - 1 - row)h\(end - start)v1h\(start - end)z"
        }
        start = end
      }
    }
    return commands.sorted { $0.key < $1.key }.map { ($0.key > 0 ? 0 : 1, abs($0.key), $0.value) }
  }

  /// How strong a cell is, negative below zero; what is not zero is at least 1.
  private func level(_ value: Double, _ most: Double) -> Int {
    guard value.isFinite, value != 0 else { return 0 }
    let level = max(1, Int((abs(value) / most * Double(Self.levels)).rounded()))
    return value > 0 ? level : -level
  }

  private func drawTicks(
    _ left: Double, _ top: Double, _ scale: (Double, Double), _ canvas: inout SVGCanvas
  ) {
    let bottom = top + Self.side
    for place in Self.ticks(x) {
      let centre = left + (Double(place) + 0.5) * scale.0
      canvas.line((centre, bottom), (centre, bottom + 4), style: "stroke:#999")
      canvas.text("\(x[place])", x: centre, y: bottom + 16, style: "text-anchor:middle;fill:#555")
    }
    for place in Self.ticks(y) {
      let centre = bottom - (Double(place) + 0.5) * scale.1
      canvas.line((left - 4, centre), (left, centre), style: "stroke:#999")
      canvas.text("\(y[place])", x: left - 7, y: centre + 4, style: "text-anchor:end;fill:#555")
    }
    canvas.text(xLabel, x: left + Self.side / 2, y: bottom + 32, style: "text-anchor:middle")
    canvas.text(yLabel, x: left - 38, y: top + Self.side / 2 + 4)
  }

  /// The places of round numbers on an axis, at most six.
  static func ticks(_ numbers: [Int]) -> [Int] {
    guard let low = numbers.min(), let high = numbers.max() else { return [] }
    let step =
      [1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000].first { (high - low) / $0 <= 5 } ?? (high - low)
    return numbers.indices.filter { numbers[$0] % max(step, 1) == 0 }
  }

  private func drawLegend(y: Double, _ canvas: inout SVGCanvas) {
    let hasNegative = pictures.contains { $0.values.joined().contains { $0 < 0 } }
    var left = 52.0
    for colour in hasNegative ? [1, 0] : [0] {
      for level in colour == 1 ? Array((1...Self.levels).reversed()) : Array(1...Self.levels) {
        canvas.rectangle(
          x: left, y: y, width: 9, height: 11,
          style: "fill:\(Palette.colour(colour));fill-opacity:\(SVGCanvas.share(level, Self.levels))")
        left += 9
      }
    }
    canvas.text(
      hasNegative
        ? "strongest below 0 … 0 … strongest above 0 of each picture" : "0 … strongest of each picture",
      x: left + 8, y: y + 10, style: "fill:#555")
  }
}

extension SVGCanvas {
  /// A share as CSS writes it.
  static func share(_ part: Int, _ whole: Int) -> String {
    let thousandths = part * 1000 / whole
    return thousandths >= 1000
      ? "1" : "0." + String(repeating: "0", count: 3 - "\(thousandths)".count) + "\(thousandths)"
  }
}
