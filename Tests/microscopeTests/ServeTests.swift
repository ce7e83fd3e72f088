import Foundation
import Testing

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

@Suite("serve", .serialized)
struct ServeTests {
  private func get(_ url: URL) async throws -> (text: String, status: Int?) {
    let (data, response) = try await URLSession(configuration: .ephemeral).data(from: url)
    return (String(decoding: data, as: UTF8.self), (response as? HTTPURLResponse)?.statusCode)
  }

  @Test("page and graphs are served until Ctrl-C; a taken port is refused")
  func serve() async throws {
    let sandbox = try Sandbox()
    _ = try await sandbox.succeed(["trace", "The cat", "--model", try TinyModel.path()], timeout: 60)
    let running = try sandbox.start(["serve", "--port", "0"])
    let url = try await running.address()
    let page = try await get(url)
    #expect(page.status == 200 && page.text.contains("<html"))
    let list = try await get(url.appending(path: "api/v1/graphs"))
    #expect(list.status == 200 && list.text.contains("the-cat"))
    let graph = try await get(url.appending(path: "api/v1/graphs/the-cat"))
    #expect(graph.status == 200 && graph.text.contains("\"nodes\""))
    #expect(try await get(url.appending(path: "api/v1/graphs/none")).status == 404)
    try await sandbox.refuse(["serve", "--port", String(try #require(url.port))], "is taken")
    kill(running.process.processIdentifier, SIGINT)
    let outcome = await running.outcome(timeout: 10)
    #expect(outcome.status == 0 && outcome.signal == nil && outcome.errors.isEmpty, "\(outcome)")
  }

  @Test("trace --serve shows the graph that it wrote")
  func traceAndServe() async throws {
    let sandbox = try Sandbox()
    let running = try sandbox.start(
      ["trace", "The cat", "--model", try TinyModel.path(), "--serve", "--port", "0"])
    let url = try await running.address()
    #expect(running.output.contains("#graph=the-cat"))
    #expect(try await get(url.appending(path: "api/v1/graphs/the-cat")).status == 200)
    kill(running.process.processIdentifier, SIGTERM)
    let outcome = await running.outcome(timeout: 10)
    #expect(outcome.status == 0 && outcome.signal == nil, "\(outcome)")
  }
}
