import Testing
import Tokenizers

@Suite("The language of chat templates")
struct ChatTemplateLanguageTests {
  private func render(_ source: String, _ variables: [String: TemplateValue] = [:]) throws(TokenizerError)
    -> String
  {
    try ChatTemplate(source).render(
      messages: [ChatMessage(role: "user", content: "hi")], addGenerationPrompt: true, bosToken: "<s>",
      eosToken: "</s>", variables: variables)
  }

  /// The sentence that a template fails with.
  private func message(_ source: String) -> String {
    do {
      return "rendered " + (try render(source))
    } catch {
      return error.description
    }
  }

  @Test(
    "has Python's values",
    arguments: [
      ("{{ messages[0].content }}{{ bos_token }}", "hi<s>"), ("{{ tools is none }}{{ nothing }}", "True"),
      ("{{ 1 + 2 * 3 }} {{ (1 + 2) * 3 }} {{ -2 ** 2 }}", "7 9 4"),
      ("{{ 'a' 'b' ~ 1 ~ none }}", "ab1None"), ("{{ 'é' == 'e\u{301}' }}", "False"),
      ("{{ 'a\r\nb' | length }}", "3"), ("{{ '👩‍💻'[0] == '👩' }}", "True"),
      ("{{ [1,2,3][-1] }}{{ 'abc'[-2:] }}{{ [1,2,3][5] }}", "3bc"), ("{{ 'x' if false }}", ""),
      ("{{ {'a': {'b': [1]}}['a'].b[0] }}", "1"), ("{{ not 1 == 2 and true }}", "True"),
      ("{% set x = 1 %}{% for i in [1] %}{% set x = 2 %}{% endfor %}{{ x }}", "1"),
      ("{% for k, v in {'a': 1}.items() %}{{ k }}{{ v }}{% endfor %}", "a1"),
      ("{{ 'a,b'.split(',') | join('-') }}{{ ' x '.strip() }}", "a-bx"),
      ("{{ range(3) | list }}", "[0, 1, 2]"),
      ("{{ '{' ~ '}}' }}{% generation %}g{% endgeneration %}", "{}}g"),
    ])
  func values(source: String, expected: String) throws {
    #expect(try render(source) == expected)
  }

  @Test("names the line of what cannot be read")
  func syntax() {
    #expect(message("a\n{% if x %}").contains("at line 2"))
    #expect(message("{{ 1 + }}").contains("line 1"))
    #expect(message("\n\n{% include 'x' %}").contains("line 3: the block `include` is not supported"))
    #expect(message("{{ 'abc }}").contains("a string does not end"))
    #expect(message("{# abc").contains("a comment does not end"))
    #expect(message("{{ a ? b }}").contains("unexpected character `?`"))
    #expect(message("{% endfor %}").contains("endfor"))
    #expect(message("{{ 99999999999999999999 }}").contains("too large"))
    #expect(message("{{").contains("line 1"))
    #expect(message("{% for in x %}").contains("line 1"))
  }

  @Test("names the line of what fails")
  func failures() {
    #expect(message("\n{{ missing.content }}").contains("line 2: `missing` is undefined"))
    #expect(message("{{ 'a' + 1 }}").contains("str + int"))
    #expect(message("{% for x in 5 %}{% endfor %}").contains("int cannot be looped over"))
    #expect(message("{{ x | frobnicate }}").contains("the filter `frobnicate`"))
    #expect(message("{{ x is frobnicated }}").contains("the test `frobnicated`"))
    #expect(message("{{ 1 // 0 }}").contains("division by zero"))
    #expect(message("{{ (0 - 9223372036854775807 - 1) // -1 }}").contains("too large"))
    #expect(message("{{ 9223372036854775807 + 1 }}").contains("too large"))
    #expect(message("{{ raise_exception('no ' ~ 1) }}") == "The chat template refused the conversation: no 1")
    #expect(message("{{ messages[0].content() }}").contains("`content` cannot be called"))
  }

  @Test("is bounded in time and space")
  func bounds() {
    let many = "{% for i in range(99999) %}"
    let end = "{% endfor %}"
    #expect(message(many + many + "x" + end + end).contains("more work"))
    #expect(message("{{ range(99999999) }}").contains("more than 100000"))
    #expect(message("{{ range(0, 9223372036854775807, 1) }}").contains("more than 100000"))
    #expect(message("{{ 'a' * 9223372036854775807 }}").contains("more work"))
    let doubled = "{% set ns = namespace(s='ab', l=[1]) %}" + many
    #expect(message(doubled + "{% set ns.s = ns.s + ns.s %}" + end).contains("more work"))
    #expect(message(doubled + "{% set ns.s = ns.s ~ ns.s %}" + end).contains("more work"))
    #expect(message(doubled + "{% set ns.s = ns.s.replace('a', ns.s) %}" + end).contains("more work"))
    #expect(message(doubled + "{% set ns.l = ns.l + ns.l %}" + end).contains("more work"))
    #expect(message(doubled + "{% set ns.l = [ns.l, ns.l] %}" + end).contains("nested too deeply"))
    #expect(message(doubled + "{% set ns.l = {'a': ns.l} %}" + end).contains("nested too deeply"))
    #expect(message("{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}").contains("nested too deeply"))
    let brackets = String(repeating: "(", count: 100_000) + "1" + String(repeating: ")", count: 100_000)
    #expect(message("{{ " + brackets + " }}").contains("inside each other"))
    #expect(message("{{ " + String(repeating: "-", count: 100_000) + "1 }}").contains("inside each other"))
    #expect(message("{{ " + String(repeating: "not ", count: 100_000) + "1 }}").contains("inside each other"))
    #expect(message(String(repeating: "{% if 1 %}", count: 100_000)).contains("inside each other"))
    #expect(message("{{ x" + String(repeating: ".a", count: 100_000) + " }}").contains("inside each other"))
    #expect(message("{{ x" + String(repeating: "|a", count: 100_000) + " }}").contains("inside each other"))
    #expect(message("{{ 1" + String(repeating: "+1", count: 100_000) + " }}").contains("inside each other"))
    #expect(message(String(repeating: "x", count: 2 << 20)).contains("larger than 1 MiB"))
  }

  @Test("renders or refuses any piece of a template, never a crash")
  func pieces() {
    let source =
      "{%- for m in messages[::-1] if m.role is string -%}{{ m['content']|trim ~ \"x\\n\" }}{# c #}{% endfor %}"
    let scalars = Array(source.unicodeScalars)
    for start in stride(from: 0, to: scalars.count, by: 3) {
      for end in stride(from: start, to: scalars.count, by: 5) {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[start..<end])
        _ = message(String(view))
      }
    }
  }
}
