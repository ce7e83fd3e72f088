import Figures
import Foundation
import Testing

@Suite("Figures")
struct ChartTests {
  @Test("A line chart is XML with a line for each series and its points inside the frame")
  func lines() throws {
    var chart = LineChart(
      title: "a < b & \"c\"", xLabel: "factor", yLabel: "probability", x: [-6, 0, 6],
      series: [.init(name: "one", values: [0, 0.5, 1]), .init(name: "\u{1}two", values: [1, .nan, 0.2])])
    chart.marks = [(1, "here")]
    let svg = chart.svg
    #expect(XMLCheck.isWellFormed(svg))
    #expect(svg.components(separatedBy: "<polyline").count == 3)
    #expect(svg.components(separatedBy: "<circle").count == 6)
    #expect(!svg.contains("nan") && svg.contains("a &lt; b &amp;"))
  }

  @Test(
    "Flat, single and empty data still give a picture",
    arguments: [[], [0], [3, 3], [-1e30, 1e30], [1e-30, 2e-30]])
  func edges(values: [Double]) {
    let x = values.indices.map { Double($0) }
    let svg = LineChart(title: "", xLabel: "", yLabel: "", x: x, series: [.init(name: "", values: values)])
      .svg
    #expect(XMLCheck.isWellFormed(svg) && !svg.contains("nan") && !svg.contains("inf"))
  }

  @Test("Bars have their height and interval")
  func bars() {
    let svg = BarChart(title: "t", bars: [.init(name: "a", share: 0.5, interval: 0.25...0.75)]).svg
    #expect(XMLCheck.isWellFormed(svg))
    // The frame is 294 pixels high.
    #expect(svg.contains("height=\"147.00\""))
  }

  @Test("Grouped bars have their heights, and what was not measured has none")
  func groups() {
    let svg = GroupedBarChart(
      title: "t", series: ["a", "<b>"], control: "c",
      groups: [
        .init(
          name: ["one", "group"],
          bars: [.init(share: 0.5, interval: 0.4...0.6, control: 0.1), .init(share: nil)])
      ]
    ).svg
    #expect(XMLCheck.isWellFormed(svg) && !svg.contains("nan"))
    // The frame is 266 pixels high; one bar, two squares of the legend, the page.
    #expect(svg.contains("height=\"133.00\"") && svg.components(separatedBy: "<rect").count == 5)
  }

  @Test("Lying bars have their length, interval and mark, and long names are cut")
  func lying() {
    let svg = HorizontalBarChart(
      title: "t", kinds: ("held", "failed"), mark: "claimed",
      bars: [
        .init(name: String(repeating: "n", count: 80), share: 0.5, interval: 0.4...0.6, mark: 0.3),
        .init(name: "<none>", share: nil), .init(name: "beyond", share: 7, isOther: true),
      ]
    ).svg
    #expect(XMLCheck.isWellFormed(svg) && svg.contains("not measured") && svg.contains("nnn…"))
    // The frame is 410 pixels wide.
    #expect(svg.contains("width=\"205.00\"") && svg.contains("width=\"410.00\""))
  }

  @Test("A diagram has a box for each group, in rows by level, and an arrow for each edge that counts")
  func diagram() {
    let svg = FlowDiagram(
      title: "t",
      boxes: [
        .init(name: "low & left", detail: "a", level: -1), .init(name: "low right", detail: "b", level: -1),
        .init(name: "middle", detail: "c", level: 3, presence: 0), .init(name: "top", detail: "d", level: 12),
      ],
      arrows: [
        .init(from: 0, to: 2, weight: 0.4), .init(from: 2, to: 3, weight: -0.5),
        .init(from: 0, to: 3, weight: 0.2),
        .init(from: 0, to: 1, weight: 0.1), .init(from: 1, to: 2, weight: 0.001),
      ]
    ).svg
    #expect(XMLCheck.isWellFormed(svg) && !svg.contains("nan"))
    #expect(
      svg.components(separatedBy: "<path").count == 5 && svg.components(separatedBy: "rx:7px").count == 5)
    #expect(svg.contains("+40%") && svg.contains("−50%"))
    let empty = FlowDiagram(title: "t", boxes: [], arrows: []).svg
    #expect(XMLCheck.isWellFormed(empty))
  }
}

/// Whether a text is XML: every tag that opens closes.
enum XMLCheck {
  static func isWellFormed(_ text: String) -> Bool {
    var open: [Substring] = []
    var rest = text[...]
    while let start = rest.firstIndex(of: "<") {
      guard let end = rest[start...].firstIndex(of: ">") else { return false }
      let tag = rest[rest.index(after: start)..<end]
      if tag.hasPrefix("/") {
        guard open.popLast() == tag.dropFirst() else { return false }
      } else if !tag.hasSuffix("/") {
        open.append(tag.prefix { $0 != " " && $0 != "\n" })
      }
      rest = rest[rest.index(after: end)...]
    }
    return open.isEmpty
  }
}
