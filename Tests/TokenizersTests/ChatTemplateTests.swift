import Foundation
import Testing
import Tokenizers

@Suite("Chat templates")
struct ChatTemplateTests {
  /// A fixture's value, where objects are written as lists of pairs, and true and false stand in objects.
  private func value(_ any: Any?) -> TemplateValue {
    switch any {
    case let object as [String: Any]:
      if let flag = object["bool"] as? Bool { return .bool(flag) }
      let pairs = object["pairs"] as? [[Any]] ?? []
      return .mapping(TemplateMapping(pairs.map { ($0[0] as? String ?? "", value($0[1])) }))
    case let list as [Any]: return .list(list.map { value($0) })
    case let text as String: return .string(text)
    case let number as Double: return Int(exactly: number).map(TemplateValue.integer) ?? .double(number)
    default: return .none
    }
  }

  @Test("of several model families render as jinja2 does")
  func families() throws { try check(Fixture.object("chats.json")) }

  @Test(
    "as published render as jinja2 does, where MICROSCOPE_PUBLISHED_CHATS names them",
    .enabled(if: ProcessInfo.processInfo.environment["MICROSCOPE_PUBLISHED_CHATS"] != nil))
  func published() throws {
    let path = try #require(ProcessInfo.processInfo.environment["MICROSCOPE_PUBLISHED_CHATS"])
    let data = try Data(contentsOf: URL(filePath: path))
    try check(#require(JSONSerialization.jsonObject(with: data) as? [String: Any]))
  }

  private func check(_ fixture: [String: Any]) throws {
    let sources = try #require(fixture["templates"] as? [String: String])
    let cases = try #require(fixture["cases"] as? [[String: Any]])
    #expect(cases.count > 100)
    let templates = try sources.mapValues { try ChatTemplate($0) }
    for item in cases {
      let family = try #require(item["family"] as? String)
      let template = try #require(templates[family])
      let turns = try #require(item["messages"] as? [[String: String]])
      var variables: [String: TemplateValue] = [:]
      if case .mapping(let mapping) = value(item["variables"]) {
        for key in mapping.keys { variables[key] = mapping[key] }
      }
      let result = Result { () throws(TokenizerError) in
        try template.render(
          messages: turns.map { ChatMessage(role: $0["role"] ?? "", content: $0["content"] ?? "") },
          addGenerationPrompt: item["prompt"] as? Bool ?? false, bosToken: "<bos>", eosToken: "<eos>",
          variables: variables)
      }
      switch result {
      case .success(let text): #expect(sameCodePoints(text, item["text"] as? String ?? "no text"), "\(item)")
      case .failure where item["fails"] != nil: break
      case .failure(let error):
        #expect(error == .templateRaised(message: item["error"] as? String ?? ""), "\(item)")
      }
    }
  }
}
