import Foundation
import Testing
import Viewer

@Suite("Studies in the viewer")
struct StudyTests {
  /// Runs a study and waits until its job ends.
  private func run(_ body: String, _ site: TestSite) async throws -> [String: Any] {
    let response = await site.send("POST", "/api/v1/studies/one/runs", body)
    #expect(response.status == 202)
    let id = try #require((try response.object()["job"] as? [String: Any])?["id"] as? String)
    for _ in 0..<400 {
      let job = try #require(try await site.json("/api/v1/jobs/\(id)")["job"] as? [String: Any])
      if ["done", "failed", "cancelled"].contains(job["state"] as? String ?? "") { return job }
      try await Task.sleep(for: .milliseconds(10))
    }
    throw CocoaError(.fileReadUnknown)
  }

  @Test("A study is run as a job, and its report is there to read, as data, page and figures")
  func runs() async throws {
    let gallery = FakeGallery()
    try await TestSite.with(studies: gallery) { site in
      #expect(try await site.json("/api/v1")["hasStudies"] as? Bool == true)
      let job = try await run(#"{"model":"m","control":"shuffled","seed":7}"#, site)
      #expect(job["kind"] as? String == "study" && job["title"] as? String == "One")
      #expect((job["result"] as? [String: Any])?["id"] as? String == "r7")
      #expect(gallery.requests == [StudyRequest(study: "one", model: "m", control: "shuffled", seed: 7)])
      let studies = try #require(try await site.json("/api/v1/studies")["studies"] as? [[String: Any]])
      let reports = try #require(studies.first?["reports"] as? [[String: Any]])
      #expect(reports.first?["failed"] as? Int == 2 && reports.first?["control"] as? String == "shuffled")
      #expect(try await site.json("/api/v1/studies/one/reports/r7")["findings"] != nil)
      for (path, type) in [("page", "text/html; charset=utf-8"), ("figures/bars.svg", "image/svg+xml")] {
        let response = await site.get("/api/v1/studies/one/reports/r7/\(path)")
        #expect(response.status == 200 && response.headers["Content-Type"] == type)
        let policy = try #require(response.headers["Content-Security-Policy"])
        #expect(
          policy.contains("default-src 'none'") && policy.contains("sandbox")
            && !policy.contains("script-src"))
      }
    }
  }

  @Test("What there is not, or cannot be run, is told in a sentence")
  func refusals() async throws {
    try await TestSite.with(studies: FakeGallery()) { site in
      #expect(await site.send("POST", "/api/v1/studies/two/runs").code == "no_such_study")
      #expect(await site.send("POST", "/api/v1/studies/one/runs", #"{"seed":-1}"#).code == "bad_request")
      #expect(await site.get("/api/v1/studies/one/reports/none").code == "no_such_report")
      #expect(await site.get("/api/v1/studies/one/reports/..%2f..%2fetc").code == "no_such_report")
      let job = try await run(#"{"model":"bad"}"#, site)
      #expect(job["state"] as? String == "failed")
      #expect((job["error"] as? [String: Any])?["code"] as? String == "cannot_run")
    }
    try await TestSite.with { site in
      let about = try await site.json("/api/v1")
      #expect(about["hasStudies"] as? Bool == false)
      #expect(await site.get("/api/v1/studies").code == "no_studies")
      #expect(await site.send("POST", "/api/v1/studies/one/runs").code == "no_studies")
    }
  }

  @Test("The page of studies is served, with its parts")
  func page() async throws {
    try await TestSite.with { site in
      let page = await site.get("/studies")
      #expect(page.status == 200 && String(decoding: page.data, as: UTF8.self).contains("studies/app.js"))
      for file in ["studies/app.js", "studies/report.js", "styles/studies.css"] {
        #expect(await site.get("/assets/" + file).status == 200)
      }
    }
  }
}
