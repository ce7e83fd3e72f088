import Evaluations
import Foundation
import Testing

@Suite("Suites of prompts")
struct PromptSuiteTests {
  @Test("The suites that come along have 50 different prompts each", arguments: PromptSuite.builtIn)
  func builtIn(name: String) throws {
    let suite = try PromptSuite(name)
    #expect(suite.name == name && suite.prompts.count == 50 && Set(suite.prompts).count == 50)
    #expect(suite.prompts.allSatisfy { $0 == $0.trimmingCharacters(in: .whitespaces) })
  }

  @Test("A file has a prompt a line; empty lines and remarks are left out")
  func file() throws {
    let place = FileManager.default.temporaryDirectory.appending(component: "\(UUID().uuidString).txt")
    defer { try? FileManager.default.removeItem(at: place) }
    try Data("# remark\nThe cat\r\n\n   \n猫坐在\n".utf8).write(to: place)
    #expect(try PromptSuite(place.path).prompts == ["The cat", "猫坐在"])
  }

  @Test(
    "What holds no prompts is refused in one sentence",
    arguments: [
      [], Array("# only\n\n".utf8), [0xFF, 0xFE, 0x41], [0x41, 0], Array(repeating: 0x41, count: 2_000_000),
    ])
  func refused(bytes: [UInt8]) throws {
    let place = FileManager.default.temporaryDirectory.appending(component: "\(UUID().uuidString).txt")
    defer { try? FileManager.default.removeItem(at: place) }
    try Data(bytes).write(to: place)
    let error = #expect(throws: SuiteError.self) { try PromptSuite(place.path) }
    #expect(error?.description.hasSuffix(".") == true)
    #expect(throws: SuiteError.missing("/nowhere")) { try PromptSuite("/nowhere") }
    #expect(throws: SuiteError.self) { try PromptSuite(NSTemporaryDirectory()) }
  }
}
