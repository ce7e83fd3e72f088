import Foundation

/// Reads a study section by section; what a section may refer to is read before it.
struct StudyReading {
  static let keys = [
    "study", "title", "question", "source", "models", "prompts", "behaviour", "supernodes", "interventions",
    "hypotheses", "figures", "graph", "least",
  ]

  let root: StudyMapping
  let folder: URL?
  private(set) var sets: [PromptSet] = []
  private(set) var gates: [BehaviourGate] = []
  private(set) var supernodes: [SupernodeRule] = []
  private(set) var interventions: [StudyIntervention] = []
  private(set) var hypotheses: [Hypothesis] = []

  init(root: StudyMapping, folder: URL?) {
    self.root = root
    self.folder = folder
  }

  mutating func read() throws(StudyFileError) {
    let given = try root.required("prompts", "name at least one set of prompts").mapping()
    for (name, value) in given.entries { sets.append(try promptSet(name, value)) }
    guard !sets.isEmpty else { throw given.own.error("no prompts", "name at least one set of prompts") }
    let behaviour = try root.required("behaviour", "say what the model must do: 'SET: {share: 0.8}'")
      .mapping()
    for (name, value) in behaviour.entries { gates.append(try gate(name, value)) }
    guard !gates.isEmpty else { throw behaviour.own.error("no behaviour", "write 'SET: {share: 0.8}'") }
    for (name, value) in try root["supernodes"]?.mapping().entries ?? [] {
      supernodes.append(try supernode(name, value))
    }
    for (name, value) in try root["interventions"]?.mapping().entries ?? [] {
      interventions.append(try intervention(name, value))
    }
    let claims = try root.required("hypotheses", "claim at least one thing").mapping()
    for (name, value) in claims.entries { hypotheses.append(try hypothesis(name, value)) }
    guard !hypotheses.isEmpty else { throw claims.own.error("no hypotheses", "claim at least one thing") }
  }

  consuming func study() throws(StudyFileError) -> Study {
    var reading = self
    try reading.read()
    return try reading.assembled()
  }

  private func assembled() throws(StudyFileError) -> Study {
    let name = try root.required("study", "write 'study: my-study' at the top")
    let text = try name.text()
    guard text.wholeMatch(of: /[a-z0-9][a-z0-9-]{0,63}/) != nil else {
      throw name.error(
        "'\(text.prefix(80))' is no name for a study", "use small letters, digits and dashes, at most 64")
    }
    return Study(
      name: text, title: try root["title"]?.text() ?? text,
      question: try root.required("question", "say what the study asks").text()
        .trimmingCharacters(in: .whitespacesAndNewlines),
      source: try root["source"]?.text(), models: try models(), prompts: sets, behaviours: gates,
      supernodes: supernodes, interventions: interventions, hypotheses: hypotheses, figures: try figures(),
      graph: try graphSettings(), least: try root["least"]?.count(1...100_000) ?? 10)
  }

  private func models() throws(StudyFileError) -> [Study.SuitedModel] {
    let list = try root.required("models", "name a model: '- model: gemma-3-270m'").list()
    var models: [Study.SuitedModel] = []
    for entry in list {
      let keys = try entry.mapping(["model", "transcoders"])
      var transcoders: [String] = []
      for name in try keys["transcoders"]?.oneOrMore() ?? [] { transcoders.append(try name.text()) }
      models.append(
        .init(model: try keys.required("model", "name one").text(), transcoders: transcoders))
    }
    return models
  }

  private func gate(_ name: String, _ value: StudyValue) throws(StudyFileError) -> BehaviourGate {
    try know(name, value)
    let keys = try value.mapping(["share", "judged", "tokens", "answers"])
    let set = sets.first { $0.name == name }
    guard set?.columns.contains("answer") == true else {
      throw value.error("the prompts of '\(name)' have no answer", "give them the column 'answer'")
    }
    let answers = try keys["answers"].map { value throws(StudyFileError) in try anyOf(value) } ?? []
    return BehaviourGate(
      prompts: name, share: try keys.required("share", "say what share must be right").number(0...1),
      judgement: try keys["judged"]?.choice(BehaviourGate.Judgement.self) ?? .top,
      tokens: try keys["tokens"]?.count(1...512) ?? 8, answers: answers)
  }

  private func know(_ name: String, _ value: StudyValue) throws(StudyFileError) {
    guard sets.contains(where: { $0.name == name }) else {
      throw value.error(
        "there is no set of prompts '\(name)'",
        "choose among \(sets.map(\.name).joined(separator: ", ")), or declare it under 'prompts'")
    }
  }

  private func graphSettings() throws(StudyFileError) -> Study.GraphSettings {
    var settings = Study.GraphSettings()
    guard let keys = try root["graph"]?.mapping(["features", "nodes", "edges"]) else { return settings }
    settings.features = try keys["features"]?.count(1...1_000_000) ?? settings.features
    settings.nodes = try keys["nodes"]?.number(0...1) ?? settings.nodes
    settings.edges = try keys["edges"]?.number(0...1) ?? settings.edges
    return settings
  }

  private func figures() throws(StudyFileError) -> [StudyFigure] {
    var figures: [StudyFigure] = []
    for entry in try root["figures"]?.list() ?? [] {
      let keys = try entry.mapping(["title", "bars", "curve"])
      let title = try keys.required("title", "say what it shows").text()
      let (kind, value) = try keys.only(["bars", "curve"], "what is drawn")
      if kind == "bars" {
        var names: [String] = []
        for name in try value.oneOrMore() {
          names.append(try name.name(of: "hypothesis", among: hypotheses.map(\.name)))
        }
        figures.append(StudyFigure(title: title, content: .bars(names)))
      } else {
        let swept = interventions.filter { !$0.sweep.isEmpty }.map(\.name)
        figures.append(
          StudyFigure(
            title: title, content: .curve(try value.name(of: "intervention with a sweep", among: swept))))
      }
    }
    return figures
  }
}
