import LinearAlgebra
import ModelFiles
import Testing

@Suite("Hostile safetensors files")
struct HostileSafetensorsTests {
  /// A right header for eight bytes of data; every fault below changes one thing of it.
  static let good = entry()

  static func entry(
    _ name: String = "\"a\"", dtype: String = "\"F32\"", shape: String = "[2]", offsets: String = "[0,8]"
  ) -> String {
    "{\(name):{\"dtype\":\(dtype),\"shape\":\(shape),\"data_offsets\":\(offsets)}}"
  }

  static func pair(_ a: String, _ b: String, metadata: String = "") -> String {
    let entry = { (name: String, offsets: String) in
      "\"\(name)\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[\(offsets)]}"
    }
    return "{\(metadata)\(entry("a", a)),\(entry("b", b))}"
  }

  static let headers: [String] = [
    "", "{", "}", "[]", "null", "1", "\"a\"", "{} x", "{,}", "{\"a\"}", "{\"a\":}", "{\"a\":1}",
    "{\"a\":null}",
    "{\"a\":{}}", "{\"a\":[]}", entry() + entry(), String(entry().dropLast()),
    entry().replacing(":", with: ";"),
    entry("a"), entry("\"\\x\""), entry("\"\\ud800\""), entry("\"\\ud800\\u0041\""), entry("\"\\udc00\""),
    entry("\"\\u12g4\""), entry("\"a\u{1}\""), entry("\"a"), entry("\"a\\"), entry("\"a\\n\u{2}\""),
    entry(dtype: "\"F33\""), entry(dtype: "\"Q4_0\""), entry(dtype: "\"F8_E4M3\""), entry(dtype: "\"\""),
    entry(dtype: "4"), entry(dtype: "null"), entry(dtype: "\"F32\",\"dtype\":\"F32\""),
    entry(dtype: "\"F32\",\"extra\":1"), entry(shape: "[3]"), entry(shape: "[]"), entry(shape: "[-2]"),
    entry(shape: "[NaN]"), entry(shape: "[Infinity]"), entry(shape: "[2.0]"), entry(shape: "[2e0]"),
    entry(shape: "[\"2\"]"),
    entry(shape: "[2,]"), entry(shape: "[2 2]"), entry(shape: "2"), entry(shape: "{}"), entry(shape: "[[2]]"),
    entry(shape: "[9223372036854775808]"), entry(shape: "[99999999999999999999999999]"),
    entry(shape: "[4611686018427387904,4]"), entry(shape: "[4294967296,4294967296,2]"),
    entry(shape: "[0,9223372036854775807]", offsets: "[0,0]"), entry(shape: "[9223372036854775807,0]"),
    entry(offsets: "[0]"), entry(offsets: "[0,8,8]"), entry(offsets: "[8,0]"), entry(offsets: "[0,9]"),
    entry(offsets: "[1,9]"), entry(offsets: "[-8,0]"), entry(offsets: "[0,9223372036854775807]"),
    entry(offsets: "[0,7]"), entry(offsets: "[0,4]"), entry(shape: "[1]", offsets: "[4,8]"),
    pair("0,4", "0,4"), pair("0,4", "3,7"), pair("4,8", "5,9"), pair("0,4", "4,7"),
    pair("0,4", "4,8").replacing("\"b\"", with: "\"a\""),
    pair("0,4", "4,8").replacing("\"b\"", with: "\"\\u0061\""),
    pair("0,4", "4,8", metadata: "\"__metadata__\":[],"),
    pair("0,4", "4,8", metadata: "\"__metadata__\":{\"a\":1},"),
    pair("0,4", "4,8", metadata: "\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"},"),
    pair("0,4", "4,8", metadata: "\"__metadata__\":{},\"__metadata__\":{},"),
    String(repeating: "[", count: 100_000), String(repeating: "{\"a\":", count: 100_000),
    entry(shape: String(repeating: "[", count: 100_000)),
  ]

  @Test("A faulty header is refused in one sentence", arguments: headers)
  func faultyHeader(header: String) {
    expectError {
      _ = try SafetensorsFile(bytes: safetensors(header, [UInt8](repeating: 0, count: 8)), name: "f")
    }
  }

  @Test("The header that the faulty ones vary is right")
  func rightHeader() throws {
    let data = [UInt8](repeating: 0, count: 8)
    #expect(
      try SafetensorsFile(bytes: safetensors(Self.good, data), name: "f").tensor("a").floats() == [0, 0])
    #expect(try SafetensorsFile(bytes: safetensors(Self.pair("4,8", "0,4"), data), name: "f").contains("b"))
  }

  @Test("Every truncation of a right file is refused in one sentence")
  func truncated() {
    let whole = safetensorsBytes(Array(Self.good.utf8), [UInt8](repeating: 1, count: 8))
    for length in 0..<whole.count {
      expectError {
        _ = try SafetensorsFile(bytes: StoredBytes(copying: Array(whole.prefix(length))), name: "f")
      }
    }
    expectError { _ = try SafetensorsFile(bytes: StoredBytes(copying: whole + [0]), name: "f") }
  }

  @Test(
    "A false header length is refused in one sentence",
    arguments: [0, 1, 50, 1_000, 100_000_000, 100_000_001, 1 << 60, 1 << 63, UInt64.max])
  func falseLength(length: UInt64) {
    let bytes = safetensorsBytes(Array(Self.good.utf8), [UInt8](repeating: 0, count: 8), length: length)
    expectError { _ = try SafetensorsFile(bytes: StoredBytes(copying: bytes), name: "f") }
  }

  @Test(
    "Bytes that are not UTF-8 are refused in one sentence",
    arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80]])
  func notText(fault: [UInt8]) {
    for escape in ["", "\\n"] {
      let name: [UInt8] = Array("\"\(escape)".utf8) + fault + Array("\"".utf8)
      let header = Array("{".utf8) + name + Array(Self.good.dropFirst(4).utf8)
      let bytes = safetensorsBytes(header, [UInt8](repeating: 0, count: 8))
      expectError { _ = try SafetensorsFile(bytes: StoredBytes(copying: bytes), name: "f") }
    }
  }

  @Test("Any single changed byte is read or refused, without a crash")
  func changedBytes() {
    let whole = safetensorsBytes(Array(Self.pair("0,4", "4,8").utf8), [UInt8](repeating: 1, count: 8))
    for index in whole.indices {
      for value: UInt8 in [0, 0x22, 0x2D, 0x39, 0x5B, 0x5C, 0x7D, 0x80, 0xFF] {
        var bytes = whole
        bytes[index] = value
        do {
          let file = try SafetensorsFile(bytes: StoredBytes(copying: bytes), name: "f")
          for name in file.tensorNames { #expect(try file.tensor(name).count <= 8) }
        } catch { expectSentence("\(error)") }
      }
    }
  }

  @Test("Many names that all differ from the one asked for are searched in bounded time")
  func manyNames() throws {
    let entries = (0..<50_000).map {
      "\"layer.\($0)\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}"
    }
    let file = try SafetensorsFile(
      bytes: safetensors("{" + entries.joined(separator: ",") + "}", []), name: "f")
    let elapsed = ContinuousClock().measure { expectError { _ = try file.tensor("layer.x") } }
    #expect(elapsed < .seconds(2))
  }
}
