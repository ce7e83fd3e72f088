import Foundation

/// An SVG document under construction.
struct SVGCanvas {
  private let width: Int
  private let height: Int
  private var elements: [String] = []

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  mutating func line(_ a: (Double, Double), _ b: (Double, Double), style: String) {
    elements.append(
      "<line x1=\"\(n(a.0))\" y1=\"\(n(a.1))\" x2=\"\(n(b.0))\" y2=\"\(n(b.1))\" style=\"\(style)\"/>")
  }

  mutating func polyline(_ points: [(Double, Double)], style: String) {
    let list = points.map { "\(n($0.0)),\(n($0.1))" }.joined(separator: " ")
    elements.append("<polyline points=\"\(list)\" style=\"\(style)\"/>")
  }

  mutating func polygon(_ points: [(Double, Double)], style: String) {
    let list = points.map { "\(n($0.0)),\(n($0.1))" }.joined(separator: " ")
    elements.append("<polygon points=\"\(list)\" style=\"\(style)\"/>")
  }

  /// Draws a path of SVG's own commands, moved to a place and scaled.
  mutating func path(_ commands: String, x: Double, y: Double, scale: (Double, Double), style: String) {
    elements.append(
      "<path transform=\"translate(\(n(x)) \(n(y))) scale(\(n(scale.0)) \(n(scale.1)))\" d=\"\(commands)\" "
        + "style=\"\(style)\"/>")
  }

  /// A quadratic curve from `start` to `end` that is pulled towards `bend`.
  mutating func curve(
    _ start: (Double, Double), _ bend: (Double, Double), _ end: (Double, Double), style: String
  ) {
    elements.append(
      "<path d=\"M\(n(start.0)) \(n(start.1)) Q\(n(bend.0)) \(n(bend.1)) \(n(end.0)) \(n(end.1))\" style=\"\(style)\"/>"
    )
  }

  mutating func circle(_ centre: (Double, Double), radius: Double, style: String) {
    elements.append(
      "<circle cx=\"\(n(centre.0))\" cy=\"\(n(centre.1))\" r=\"\(n(radius))\" style=\"\(style)\"/>")
  }

  mutating func rectangle(x: Double, y: Double, width: Double, height: Double, style: String) {
    elements.append(
      "<rect x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(width))\" height=\"\(n(height))\" style=\"\(style)\"/>")
  }

  mutating func text(_ text: String, x: Double, y: Double, style: String = "") {
    elements.append("<text x=\"\(n(x))\" y=\"\(n(y))\" style=\"\(style)\">\(SVGCanvas.escaped(text))</text>")
  }

  /// Writes a text that rises to the right by 60 degrees.
  mutating func slantedText(_ text: String, x: Double, y: Double, style: String = "") {
    elements.append(
      "<text transform=\"translate(\(n(x)) \(n(y))) rotate(-60)\" style=\"\(style)\">\(SVGCanvas.escaped(text))</text>"
    )
  }

  /// The whole document.
  var document: String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" class="figure" width="\(width)" height="\(height)" \
    viewBox="0 0 \(width) \(height)" font-family="system-ui, sans-serif" font-size="12">
    <style>\(Palette.darkStyle)</style>
    <rect class="page" width="100%" height="100%" fill="#fff"/>
    \(elements.joined(separator: "\n"))
    </svg>

    """
  }

  private func n(_ value: Double) -> String { String(format: "%.2f", value) }

  /// The text without what XML would take for markup or refuse.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n": result += "⏎"
      case "\t": result += "⇥"
      case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
        result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
