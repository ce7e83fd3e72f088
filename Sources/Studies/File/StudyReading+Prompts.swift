import Foundation
import Specimens

extension StudyReading {
  /// The most prompts that a set may have.
  private static let mostPrompts = 20_000

  func promptSet(_ name: String, _ value: StudyValue) throws(StudyFileError) -> PromptSet {
    let keys = try value.mapping([
      "list", "template", "templates", "answer", "table", "specimen", "circuit", "count", "chat",
    ])
    let count = try keys["count"]?.count(1...StudyReading.mostPrompts)
    let isChat = try keys["chat"]?.isTrue() ?? false
    let (kind, source) = try keys.only(
      ["list", "template", "templates", "specimen"], "where prompts come from")
    guard kind != "specimen" else {
      guard count != nil else {
        throw value.error("'count' is missing", "say how many prompts of the specimen to draw")
      }
      return try specimenSet(name, source, keys, count)
    }
    let texts =
      kind == "list"
      ? try listed(source)
      : try filled(kind == "template" ? keys.own : source, isOne: kind == "template", keys)
    guard let first = texts.first, texts.count <= StudyReading.mostPrompts else {
      throw value.error(
        "these are \(texts.count) prompts", "give 1 to \(StudyReading.mostPrompts)")
    }
    let columns = first.columns.keys.filter { name in texts.allSatisfy { $0.columns[name] != nil } }
    return PromptSet(
      name: name, source: .texts(texts), count: count, isChat: isChat, columns: columns.sorted())
  }

  private func specimenSet(
    _ name: String, _ value: StudyValue, _ keys: StudyMapping, _ count: Int?
  ) throws(StudyFileError) -> PromptSet {
    let known = SpecimenShelf.all.map(\.name)
    let specimenName = try value.name(of: "specimen", among: known)
    guard let specimen = SpecimenShelf.specimen(named: specimenName) else {
      throw value.error("there is no specimen '\(specimenName)'", "choose another")
    }
    let circuit =
      try keys["circuit"]?.name(of: "circuit of \(specimenName)", among: specimen.circuits)
      ?? specimen.circuits[0]
    // Where variables depend on each other's values, not every prompt has all.
    let names = (0..<32).flatMap { specimen.keyedPrompt(circuit, index: $0, seed: 0).variables.map(\.name) }
    return PromptSet(
      name: name, source: .specimen(name: specimenName, circuit: circuit), count: count,
      columns: Set(names + ["answer"]).sorted())
  }

  private func listed(_ value: StudyValue) throws(StudyFileError) -> [StudyText] {
    var texts: [StudyText] = []
    for entry in try value.list() {
      guard entry.isMapping else {
        texts.append(StudyText(text: try entry.text()))
        continue
      }
      var columns = try row(entry)
      guard let text = columns.removeValue(forKey: "text") else {
        throw entry.error("'text' is missing", "write '{text: …, answer: …}'")
      }
      texts.append(StudyText(text: text, columns: columns))
    }
    return texts
  }

  /// Templates filled in from all rows.
  private func filled(
    _ value: StudyValue, isOne: Bool, _ keys: StudyMapping
  ) throws(StudyFileError) -> [StudyText] {
    let rows = try table(keys)
    var texts: [StudyText] = []
    for entry in isOne ? [value] : try value.list() {
      let parts = try entry.mapping()
      let text = try parts.required(isOne ? "template" : "text", "write the prompt")
      let template = try text.template()
      let answer = try (parts["answer"] ?? keys["answer"]).map { answer throws(StudyFileError) in
        (answer, try answer.template())
      }
      let own = isOne ? [:] : try row(entry)
      for row in rows {
        var columns = row.merging(own.filter { $0.key != "text" && $0.key != "answer" }) { $1 }
        let (filled, spans) = try fill(template, columns, text)
        if let (value, template) = answer { columns["answer"] = try fill(template, columns, value).text }
        texts.append(StudyText(text: filled, columns: columns, spans: spans))
      }
    }
    return texts
  }

  private func fill(
    _ template: TextTemplate, _ columns: [String: String], _ value: StudyValue
  ) throws(StudyFileError) -> (text: String, spans: [String: Range<Int>]) {
    guard let filled = template.filled(columns) else {
      let missing = template.columns.filter { columns[$0] == nil }.joined(separator: ", ")
      let known = columns.keys.sorted().joined(separator: ", ")
      throw value.error(
        "there is no column \(missing)", "the columns are \(known.isEmpty ? "none: give a table" : known)")
    }
    return filled
  }

  private func row(_ entry: StudyValue) throws(StudyFileError) -> [String: String] {
    var columns: [String: String] = [:]
    for (name, value) in try entry.mapping().entries { columns[name] = try value.text() }
    return columns
  }

  /// The rows that templates are filled in from; one without columns where there is no table.
  private func table(_ keys: StudyMapping) throws(StudyFileError) -> [[String: String]] {
    guard let value = keys["table"] else { return [[:]] }
    guard !value.isList else {
      var rows: [[String: String]] = []
      for entry in try value.list() { rows.append(try row(entry)) }
      return rows
    }
    let file = try value.text()
    guard let folder, !file.hasPrefix("/"), !file.contains("..") else {
      throw value.error("'\(file.prefix(80))' is no file beside the study", "put the table into its folder")
    }
    do {
      let text = try StudyFile.text(folder.appending(path: file), called: file)
      return try StudyTable(text, file: file).rows
    } catch {
      guard error.line == nil else { throw error }
      throw value.error("the table '\(file)' cannot be read: \(error.problem)", error.remedy)
    }
  }
}
