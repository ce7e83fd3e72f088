import Foundation
import Interventions
import Studies
import Testing

@Suite("Study reports")
struct StudyReportTests {
  /// A report whose texts try to be markup.
  private func report(_ verdicts: [StudyReport.Verdict] = [.held, .failed, .untestable]) throws -> StudyReport
  {
    var study = try StudyFile(name: "small", text: StudyFileTests.right, folder: nil).study()
    study.title = "<script>alert(1)</script> & \"more\""
    let findings = verdicts.enumerated().map { place, verdict -> [String: Any] in
      var finding: [String: Any] = [
        "name": "claim \(place)", "claim": "because <b>", "measure": "share", "verdict": verdict.rawValue,
        "threshold": 0.3, "isUpperBound": false, "count": 12, "isShare": true,
      ]
      if verdict == .untestable {
        finding["reason"] = "too few"
      } else {
        (finding["value"], finding["interval"]) = (0.4, [0.2, 0.6])
      }
      return finding
    }
    let example: [String: Any] = [
      "prompt": "a `b`\n<i>", "answer": "x", "said": "y", "isRight": false,
    ]
    let parts: [String: Any] = [
      "study": try JSONSerialization.jsonObject(with: JSONEncoder().encode(study)),
      "model": "m|n", "basis": "neurons", "seed": 3, "command": "microscope study run small",
      "behaviours": [
        [
          "prompts": "questions", "answered": ["successes": 9, "trials": 12], "required": 0.5,
          "examples": [example],
        ]
      ],
      "supernodeSizes": ["middle": 2.5],
      "graphs": ["questions", "more"].map { set -> [String: Any] in
        [
          "prompts": set,
          "nodes": [
            ["name": "middle", "share": 0.75, "members": 3, "layer": 2],
            ["name": "answer", "share": 1, "members": 1, "layer": 4],
          ],
          "edges": [["from": "middle", "to": "answer", "weight": set == "more" ? 0.5 : -0.25, "count": 9]],
          "captured": ["replacement": 0.5, "completeness": 0.75, "features": 100, "count": 12],
        ]
      }, "curves": [] as [Any], "findings": findings,
    ]
    return try JSONDecoder().decode(
      StudyReport.self, from: JSONSerialization.data(withJSONObject: parts))
  }

  @Test("the page is one file: nothing is fetched, no text becomes markup")
  func page() throws {
    let html = try report().html
    #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;more&quot;"))
    #expect(
      !html.contains("<script") && !html.contains("because <b>") && !html.contains("src=")
        && !html.contains("href="))
    #expect(html.replacing("http://www.w3.org/2000/svg", with: "").contains("http") == false)
    for word in [
      "prefers-color-scheme: dark", "<svg", "not testable here", "too few", "microscope study run small",
      "9 of 12, 75%",
    ] {
      #expect(html.contains(word), "\(word)")
    }
  }

  @Test("Markdown and JSON tell the same")
  func texts() throws {
    let report = try report()
    let markdown = report.markdown(figures: [("a.svg", "A")])
    for word in [
      "1 held, 1 failed, 1 not testable here", "20%–60%", "≥ 30%", "![A](a.svg)", "replacement score 0.50",
    ] {
      #expect(markdown.contains(word), "\(word) in \(markdown)")
    }
    let data = try JSONEncoder().encode(report)
    let again = try JSONDecoder().decode(StudyReport.self, from: data)
    #expect(again.findings.map(\.verdict) == report.findings.map(\.verdict) && again.study == report.study)
  }

  @Test("a control that holds is told to be worth nothing")
  func control() throws {
    var report = try report([.held, .held])
    #expect(!report.summary.contains("control"))
    report.control = .shuffled
    #expect(report.summary.contains("the study shows nothing"))
  }

  @Test("shares are told in percent, small ones to a tenth, large multiples as such")
  func percent() {
    #expect(
      [0, 0.006, 0.0512, 0.5, 1, -0.25, 3, 341.24].map(\.percent) == [
        "0%", "0.6%", "5.1%", "50%", "100%", "-25%", "300%", "341×",
      ])
  }

  @Test("each set has a diagram of its own, which shows signs and shares")
  func diagram() throws {
    let report = try report()
    #expect(report.diagrams.map(\.file) == ["supernodes.svg", "supernodes-2.svg"])
    #expect(report.diagrams[1].svg.contains("+50%") && report.diagrams[1].svg.contains("‘more’"))
    let svg = report.diagrams[0].svg
    #expect(svg.contains("−25%") && svg.contains("in 75%, 3 nodes") && svg.contains("stroke-dasharray:6 4"))
  }
}
