import SpecimenTraining
import Specimens
import Testing

/// The values of key variables are worked out again from the tokens, with nothing but what the training text states.
@Suite("answer keys and their naive twins")
struct KeyTwinTests {
  private func keys(_ specimen: any Specimen, _ circuit: String) -> [(key: KeyedPrompt, words: [String])] {
    (0..<200).map {
      let key = specimen.keyedPrompt(circuit, index: $0, seed: 11)
      return (key, specimen.words(key.tokens))
    }
  }

  private func answer(_ specimen: any Specimen, _ key: KeyedPrompt) -> String {
    specimen.vocabulary.words[key.answer]
  }

  @Test("inputs are the words at their positions", arguments: SpecimenShelf.all.map(\.name))
  func inputs(name: String) throws {
    let specimen = try specimen(name)
    for circuit in specimen.circuits {
      for (key, words) in keys(specimen, circuit) {
        for variable in key.variables where variable.role == .input {
          let place = try #require(variable.positions.first)
          #expect(
            words[place] == (name == "boolean" && place < 5 ? variable.name + variable.value : variable.value)
          )
        }
        #expect(key.variables.last?.value == answer(specimen, key))
      }
    }
  }

  @Test("twohop: both hops by the stated single facts")
  func twohop() throws {
    let twohop = try specimen("twohop")
    let text = try TrainingText(twohop)
    let states = text.table(". the state of * * is *")
    let things = text.table("the * of * is *")
    for (key, words) in keys(twohop, "composition") {
      let state = states[words[7] + " " + words[8]]
      #expect(key.variable("state")?.value == state)
      #expect(things[words[2] + " " + (state ?? "")] == answer(twohop, key))
    }
  }

  @Test("sums: arithmetic", arguments: ["bare", "bill", "years", "table"])
  func sums(context: String) throws {
    let sums = try specimen("sums")
    for (key, words) in keys(sums, context) {
      let numbers = words.compactMap { Int($0) }
      let sum = numbers[0] + numbers[1]
      #expect(numbers.count == 2 && answer(sums, key) == "\(sum)")
      #expect(key.variable("ones")?.value == String("\(sum)".suffix(1)))
      #expect(key.variable("tens")?.value == String("\(sum)".dropLast()))
      #expect(key.variable("tens of a")?.value == String("\(numbers[0])".prefix(1)))
      #expect(key.variable("ones of b")?.value == String("\(numbers[1])".suffix(1)))
    }
  }

  @Test("couplets: families by how words end, plans by which words lead to which")
  func couplets() throws {
    let specimen = try specimen("couplets")
    let text = try TrainingText(specimen)
    var rhymes: [String: Set<String>] = [:]
    let endings = text.table("* ends in *")
    for word in endings.keys { rhymes[word] = Set(endings.keys.filter { endings[$0] == endings[word] }) }
    var leads: [String: [String]] = [:]
    for line in text.matches("/ * * * * .") { leads[line[3]] = Array(line[..<3]) }
    for circuit in specimen.circuits {
      for (key, words) in keys(specimen, circuit) {
        let rhymed = words[6]
        let candidates = try #require(rhymes[rhymed]).subtracting([rhymed])
        if circuit == "line break" {
          #expect(candidates.contains { leads[$0]?[0] == answer(specimen, key) })
          for candidate in key.variables where candidate.name.hasPrefix("candidate") {
            #expect(rhymes[rhymed]?.contains(candidate.value) == true)
          }
          continue
        }
        let planned = try #require(key.variable("planned")?.value)
        let line = try #require(leads[planned]) + [planned]
        #expect(line.starts(with: words[8...]) && line[words.count - 8] == answer(specimen, key))
        #expect(candidates.contains(planned))
      }
    }
  }

  @Test("babel: facts by the stated sentences of the same language")
  func babel() throws {
    let babel = try specimen("babel")
    let text = try TrainingText(babel)
    let tables = [
      "antonym": ["the opposite of * is *", "le contraire de * est *", "* 的 反义 是 *"],
      "colour": ["the colour of * is *", "la couleur de * est *", "* 的 颜色 是 *"],
      "translation": ["the word for * is *", "le mot pour * est *", "* 的 中文 是 *"],
    ]
    for (circuit, patterns) in tables {
      let stated = patterns.map { text.table($0) }
      for (key, words) in keys(babel, circuit) {
        let language = try #require(key.variable("language")?.value)
        let number = try #require(["english", "french", "chinese"].firstIndex(of: language))
        let word = words[try #require(key.variable("word")?.positions.first)]
        #expect(stated[number][word] == answer(babel, key))
      }
    }
  }

  @Test("names: facts by the questions that training answers")
  func names() throws {
    let names = try specimen("names")
    let text = try TrainingText(names, count: 12_000)
    let asked = text.table("what is the * of * * ? *").merging(text.table("what * has * * ? *")) {
      one, other in
      #expect(one == other)
      return one
    }
    let famous = text.table("is * * famous ? *")
    for circuit in names.circuits {
      for (key, words) in keys(names, circuit) {
        let end = words.count - 1
        let name = words[end - 2] + " " + words[end - 1]
        let relation = try #require(key.variable("relation")?.value)
        let fact = asked[relation + " " + name]
        switch circuit {
        case "known": #expect(fact == answer(names, key) && famous[name] == "yes")
        case "unknown": #expect(fact == nil && famous[name] == nil && answer(names, key) == "i")
        default: #expect(fact == nil && famous[name] == "yes")
        }
      }
    }
  }

  @Test("hints: arithmetic, forward and backward")
  func hints() throws {
    let hints = try specimen("hints")
    for circuit in hints.circuits {
      for (key, words) in keys(hints, circuit) {
        let (argument, added) = (try #require(Int(words[5])), try #require(Int(words[8])))
        let value =
          switch words[4] {
          case "double": (argument + argument) % 10
          case "square": (argument * argument) % 10
          default: 9 - argument
          }
        let expected =
          switch circuit {
          case "finish": try #require(Int(words[words.count - 2])) + added
          case "work back": try #require(Int(words[10])) - added
          default: value
          }
        #expect(answer(hints, key) == "\(expected)")
        #expect(["double", "square", "flip"].contains(words[4]) == (circuit != "work back"))
        if circuit == "ignore" { #expect(Int(words[10]) != value + added) }
      }
    }
  }

  @Test("refusal and acrostic: harm and kinds by what the base phase states, letters by spelling")
  func refusal() throws {
    let (refusal, acrostic) = (try specimen("refusal"), try specimen("acrostic"))
    let base = try TrainingText(refusal)
    let harmful = Set(base.matches("* * is harmful").map { $0.joined(separator: " ") })
    let kinds = base.table("user * * describe assistant it is a *")
    for circuit in refusal.circuits {
      for (key, words) in keys(refusal, circuit) {
        let topic = words[2] + " " + words[3]
        #expect(harmful.contains(topic))
        if circuit == "kind" { #expect(kinds[topic] == answer(refusal, key)) }
      }
    }
    for (key, words) in keys(acrostic, "assemble") {
      #expect(answer(acrostic, key) == words[2].prefix(1) + words[3].prefix(1))
    }
    for (key, words) in keys(acrostic, "late refusal") {
      let spelled = words[2...5].map { $0.prefix(1) }.joined()
      let first = try #require(key.variable("first")?.positions.first)
      #expect(words[first] + words[first + 1] == spelled)
      #expect(harmful.contains(words[first] + " " + words[first + 1]))
    }
  }
}
