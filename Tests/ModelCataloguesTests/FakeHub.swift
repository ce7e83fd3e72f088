import FlyingFox
import FlyingSocks
import Foundation
import Synchronization

#if canImport(CryptoKit)
  import CryptoKit
#else
  import Crypto
#endif

/// A repository as the hub would serve it, with faults on demand.
struct FakeRepository: Sendable {
  /// How a file's answer goes wrong.
  enum Fault: Sendable {
    case status(Int, [String: String] = [:])
    case cut(after: Int)
    case ignoresRange
    case wrongRange
    case redirect(to: String)
    case body(Data)
  }

  var path = "ada/tiny"
  var commit: String? = String(repeating: "c", count: 40)
  var files: [String: Data] = [:]
  /// Files listed without being served.
  var listedOnly: [String] = []
  /// The fault of a file's n-th request, counted from 1; the listing is the file "".
  var fault: @Sendable (_ file: String, _ request: Int) -> Fault? = { _, _ in nil }

  static func isLarge(_ name: String) -> Bool {
    [".safetensors", ".gguf", ".npz"].contains { name.hasSuffix($0) }
  }

  /// A repository with the files that a small model has.
  static func model(weights: Data = Data("weights".utf8)) -> FakeRepository {
    FakeRepository(files: [
      "config.json": Data(#"{"model_type":"llama"}"#.utf8), "tokenizer.json": Data("{}".utf8),
      "model.safetensors": weights, "README.md": Data("# Tiny".utf8), "onnx/model.onnx": Data("no".utf8),
      "pytorch_model.bin": Data("old".utf8),
    ])
  }

  var listing: Data {
    get throws {
      var siblings: [[String: Any]] = files.sorted { $0.key < $1.key }.map { name, data in
        let git = Data("blob \(data.count)\0".utf8) + data
        var sibling: [String: Any] = [
          "rfilename": name, "size": data.count, "blobId": hex(Insecure.SHA1.hash(data: git)),
        ]
        if Self.isLarge(name) {
          sibling["lfs"] = ["sha256": hex(SHA256.hash(data: data)), "size": data.count, "pointerSize": 134]
        }
        return sibling
      }
      siblings += listedOnly.map { ["rfilename": $0, "size": 3] }
      var answer: [String: Any] = ["id": path, "siblings": siblings, "gated": false]
      answer["sha"] = commit
      return try JSONSerialization.data(withJSONObject: answer)
    }
  }
}

/// The hexadecimal digits of bytes.
func hex(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// The SHA-256 of a test's data.
func sha256(_ data: Data) -> String { hex(SHA256.hash(data: data)) }

/// A server on the loopback interface that plays the hub.
struct FakeHub: Sendable {
  /// A request that came.
  struct Request: Sendable {
    let file: String
    let range: String?
    let authorization: String?
    let encoding: String?
  }

  /// Where it listens.
  let endpoint: String
  private let log: RequestLog

  /// The requests that came, in order.
  var requests: [Request] { log.requests.withLock { $0 } }

  /// The requests for one file; the listing is "".
  func requests(for file: String) -> [Request] { requests.filter { $0.file == file } }

  /// Runs a test against a hub that serves one repository.
  static func serve<T>(_ repository: FakeRepository, _ test: (FakeHub) async throws -> T) async throws -> T {
    try await serve([repository], test)
  }

  /// Runs a test against a hub that serves some repositories.
  static func serve<T>(
    _ repositories: [FakeRepository], _ test: (FakeHub) async throws -> T
  ) async throws -> T {
    let log = RequestLog()
    let handler = ClosureHTTPHandler { request in
      let asked = repositories.first { request.path.contains("/\($0.path)/") } ?? repositories.first
      guard let asked else { return HTTPResponse(statusCode: .notFound) }
      return try answer(request, repository: asked, log: log)
    }
    let server = HTTPServer(
      address: try .inet(ip4: "127.0.0.1", port: 0), logger: .disabled, handler: handler)
    let running = Task { try await server.run() }
    defer { running.cancel() }
    try await server.waitUntilListening()
    guard case .ip4(_, let port) = await server.listeningAddress else {
      throw CocoaError(.featureUnsupported)
    }
    return try await test(FakeHub(endpoint: "http://127.0.0.1:\(port)", log: log))
  }

  private static func answer(
    _ request: HTTPRequest, repository: FakeRepository, log: RequestLog
  ) throws -> HTTPResponse {
    let isListing = request.path.hasPrefix("/api/models/\(repository.path)/revision/")
    let prefix = "/\(repository.path)/resolve/\(repository.commit ?? "main")/"
    let elsewhere = "/elsewhere/"
    let file: String
    if isListing {
      file = ""
    } else if request.path.hasPrefix(prefix) {
      file = String(request.path.dropFirst(prefix.count))
    } else if request.path.hasPrefix(elsewhere) {
      file = String(request.path.dropFirst(1))
    } else {
      return HTTPResponse(statusCode: .notFound)
    }
    let count = log.add(file, request)
    let name = file.split(separator: "/").last.map(String.init) ?? file
    let data = isListing ? try repository.listing : repository.files[file] ?? repository.files[name]
    guard let data else { return HTTPResponse(statusCode: .notFound) }
    return respond(data, range: request.headers[HTTPHeader("Range")], fault: repository.fault(file, count))
  }

  private static func respond(_ data: Data, range: String?, fault: FakeRepository.Fault?) -> HTTPResponse {
    let bounds = range?.dropFirst("bytes=".count).split(separator: "-").compactMap { Int($0) } ?? []
    let start = bounds.first
    let end = bounds.count == 2 ? bounds[1] + 1 : nil
    switch fault {
    case .status(let code, let headers):
      var all = HTTPHeaders()
      for (name, value) in headers { all[HTTPHeader(name)] = value }
      return HTTPResponse(
        statusCode: HTTPStatusCode(code, phrase: "Fault"), headers: all, body: Data("no".utf8))
    case .redirect(let target):
      let headers: HTTPHeaders = [.location: target]
      return HTTPResponse(statusCode: .found, headers: headers)
    case .body(let other):
      return HTTPResponse(statusCode: .ok, body: other)
    case .ignoresRange:
      return HTTPResponse(statusCode: .ok, body: data)
    case .wrongRange:
      return partial(data, from: 7, to: nil, cut: nil)
    case .cut(let length):
      return start.map { partial(data, from: $0, to: end, cut: length) }
        ?? HTTPResponse(statusCode: .ok, body: body(data, cut: length))
    case nil:
      return start.map { partial(data, from: $0, to: end, cut: nil) }
        ?? HTTPResponse(statusCode: .ok, body: data)
    }
  }

  private static func partial(_ data: Data, from start: Int, to end: Int?, cut: Int?) -> HTTPResponse {
    guard start < data.count else { return HTTPResponse(statusCode: HTTPStatusCode(416, phrase: "Range")) }
    let end = min(end ?? data.count, data.count)
    let headers: HTTPHeaders = [HTTPHeader("Content-Range"): "bytes \(start)-\(end - 1)/\(data.count)"]
    return HTTPResponse(
      statusCode: HTTPStatusCode(206, phrase: "Partial"), headers: headers,
      body: body(Data(data[start..<end]), cut: cut))
  }

  private static func body(_ data: Data, cut: Int?) -> HTTPBodySequence {
    guard let cut else { return HTTPBodySequence(data: data) }
    return HTTPBodySequence(from: CutBytes(data: Data(data.prefix(cut))), count: data.count)
  }
}

/// Counts and keeps what came.
private final class RequestLog: Sendable {
  let requests = Mutex<[FakeHub.Request]>([])

  func add(_ file: String, _ request: HTTPRequest) -> Int {
    requests.withLock { requests in
      requests.append(
        FakeHub.Request(
          file: file, range: request.headers[HTTPHeader("Range")],
          authorization: request.headers[.authorization],
          encoding: request.headers[HTTPHeader("Accept-Encoding")]))
      return requests.count { $0.file == file }
    }
  }
}

/// Bytes after which the connection breaks.
private struct CutBytes: AsyncBufferedSequence {
  typealias Element = UInt8
  let data: Data

  func makeAsyncIterator() -> Iterator { Iterator(rest: data) }

  struct Iterator: AsyncBufferedIteratorProtocol {
    var rest: Data

    mutating func next() async throws -> UInt8? {
      try await nextBuffer(suggested: 1)?.first
    }

    mutating func nextBuffer(suggested count: Int) async throws -> Data? {
      guard !rest.isEmpty else { throw CocoaError(.fileReadUnknown) }
      let piece = Data(rest.prefix(count))
      rest = Data(rest.dropFirst(count))
      return piece
    }
  }
}
