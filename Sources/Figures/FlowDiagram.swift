/// Groups as boxes in rows, from causes below to effects above, with signed arrows between them, drawn as SVG.
public struct FlowDiagram: Sendable {
  /// A box.
  public struct Box: Sendable {
    /// Its name.
    public var name: String
    /// A second line.
    public var detail: String
    /// How high it stands: boxes whose levels differ by less than 1 share a row.
    public var level: Double
    /// How present it is, 0…1; what is absent is drawn pale.
    public var presence: Double

    /// Describes a box.
    public init(name: String, detail: String, level: Double, presence: Double = 1) {
      self.name = name
      self.detail = detail
      self.level = level
      self.presence = presence
    }
  }

  /// An arrow.
  public struct Arrow: Sendable {
    /// The place of the box that acts.
    public var from: Int
    /// The place of the box that is acted upon.
    public var to: Int
    /// How much, −1…1; the arrow is as wide.
    public var weight: Double

    /// Describes an arrow.
    public init(from: Int, to: Int, weight: Double) {
      self.from = from
      self.to = to
      self.weight = weight
    }
  }

  /// What stands above the diagram.
  public var title: String
  /// The boxes.
  public var boxes: [Box]
  /// The arrows; those that weigh less than a hundredth are left out.
  public var arrows: [Arrow]

  /// Describes a diagram.
  public init(title: String, boxes: [Box], arrows: [Arrow]) {
    precondition(
      arrows.allSatisfy { boxes.indices.contains($0.from) && boxes.indices.contains($0.to) },
      "an arrow leads to no box")
    self.title = title
    self.boxes = boxes
    self.arrows = arrows
  }

  private static let (width, top, row, boxWidth, boxHeight) = (720.0, 90.0, 118.0, 150.0, 46.0)

  /// The diagram as an SVG document, 720 pixels wide or as wide as its fullest row.
  public var svg: String {
    let rows = rows
    let width = max(Self.width, Double(rows.map(\.count).max() ?? 1) * (Self.boxWidth + 30) + 40)
    let height = Self.top + Self.row * Double(max(rows.count, 1)) - (Self.row - Self.boxHeight) + 30
    var canvas = SVGCanvas(width: Int(width), height: Int(height))
    canvas.text(title, x: 20, y: 26, style: "font-size:15px;font-weight:600")
    drawLegend(&canvas)
    var centres = [(x: Double, y: Double)](repeating: (0, 0), count: boxes.count)
    for (place, row) in rows.reversed().enumerated() {
      for (column, box) in row.enumerated() {
        let x = width * (Double(column) + 0.5) / Double(row.count)
        centres[box] = (x, Self.top + Self.row * Double(place) + Self.boxHeight / 2)
      }
    }
    let drawn = arrows.filter { abs($0.weight) >= 0.01 && $0.from != $0.to }
    for arrow in drawn { draw(arrow, centres, &canvas) }
    for (box, centre) in zip(boxes, centres) { draw(box, centre, &canvas) }
    for arrow in drawn { label(arrow, centres, &canvas) }
    return canvas.document
  }

  /// The places of the boxes of each row, the lowest first.
  private var rows: [[Int]] {
    let order = boxes.indices.sorted { (boxes[$0].level, $0) < (boxes[$1].level, $1) }
    var rows: [[Int]] = []
    for box in order {
      if let first = rows.last?.first, boxes[box].level - boxes[first].level < 1 {
        rows[rows.count - 1].append(box)
      } else {
        rows.append([box])
      }
    }
    return rows
  }

  private func drawLegend(_ canvas: inout SVGCanvas) {
    for (place, name) in ["drives", "inhibits"].enumerated() {
      let x = 20 + 110 * Double(place)
      canvas.line(
        (x, 50), (x + 26, 50), style: style(place == 0 ? 1 : -1, width: 3))
      canvas.text(name, x: x + 33, y: 54)
    }
    canvas.text("share of the target's input", x: 250, y: 54, style: "fill:#555")
  }

  private func style(_ weight: Double, width: Double) -> String {
    let dash = weight < 0 ? ";stroke-dasharray:6 4" : ""
    return "fill:none;stroke:\(Palette.colour(weight < 0 ? 1 : 0));stroke-width:\(width)\(dash)"
  }

  /// The ends and the bend of an arrow: a quadratic curve that leaves the straight line where it passes rows.
  private func course(
    _ arrow: Arrow, _ centres: [(x: Double, y: Double)]
  ) -> (start: (Double, Double), bend: (Double, Double), end: (Double, Double)) {
    let (from, to) = (centres[arrow.from], centres[arrow.to])
    guard from.y != to.y else {
      let y = from.y - Self.boxHeight / 2
      return ((from.x, y), ((from.x + to.x) / 2, y - 46), (to.x, y))
    }
    let direction: Double = from.y > to.y ? 1 : -1
    let start = (from.x, from.y - direction * Self.boxHeight / 2)
    let end = (to.x, to.y + direction * (Self.boxHeight / 2 + 6))
    let passed = (abs(from.y - to.y) / Self.row).rounded() - 1
    let side: Double = (from.x + to.x) / 2 < (centres.map(\.x).max() ?? 0) / 2 + 1 ? -1 : 1
    let bend = ((start.0 + end.0) / 2 + side * passed * 170, (start.1 + end.1) / 2)
    return (start, bend, end)
  }

  private func draw(_ arrow: Arrow, _ centres: [(x: Double, y: Double)], _ canvas: inout SVGCanvas) {
    let (start, bend, end) = course(arrow, centres)
    canvas.curve(
      start, bend, end, style: style(arrow.weight, width: 1.5 + 6 * min(1, abs(arrow.weight))))
    let length = max(
      1e-9, ((end.0 - bend.0) * (end.0 - bend.0) + (end.1 - bend.1) * (end.1 - bend.1)).squareRoot())
    let (dx, dy) = ((end.0 - bend.0) / length, (end.1 - bend.1) / length)
    let size = 9.0
    canvas.polyline(
      [
        (end.0 - size * dx - size * 0.6 * dy, end.1 - size * dy + size * 0.6 * dx), end,
        (end.0 - size * dx + size * 0.6 * dy, end.1 - size * dy - size * 0.6 * dx),
      ], style: "fill:none;stroke:\(Palette.colour(arrow.weight < 0 ? 1 : 0));stroke-width:2")
  }

  private func draw(_ box: Box, _ centre: (x: Double, y: Double), _ canvas: inout SVGCanvas) {
    let opacity = 0.35 + 0.65 * min(max(box.presence, 0), 1)
    canvas.rectangle(
      x: centre.x - Self.boxWidth / 2, y: centre.y - Self.boxHeight / 2, width: Self.boxWidth,
      height: Self.boxHeight, style: "fill:#fff;stroke:#333;rx:7px;stroke-opacity:\(opacity)")
    let style = "text-anchor:middle;fill-opacity:\(opacity)"
    canvas.text(box.name, x: centre.x, y: centre.y - 3, style: style + ";font-weight:600")
    canvas.text(box.detail, x: centre.x, y: centre.y + 14, style: style + ";fill:#555;font-size:11px")
  }

  private func label(_ arrow: Arrow, _ centres: [(x: Double, y: Double)], _ canvas: inout SVGCanvas) {
    let (start, bend, end) = course(arrow, centres)
    let middle = (
      0.25 * start.0 + 0.5 * bend.0 + 0.25 * end.0, 0.25 * start.1 + 0.5 * bend.1 + 0.25 * end.1
    )
    let percent = Int((100 * arrow.weight).rounded())
    canvas.text(
      "\(percent < 0 ? "−" : "+")\(abs(percent))%", x: middle.0, y: middle.1 + 4,
      style: "text-anchor:middle;font-size:11px;paint-order:stroke;stroke:#fff;stroke-width:4px")
  }
}
