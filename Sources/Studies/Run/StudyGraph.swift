import CircuitGraphs
import Evaluations
public import GraphFiles
public import LiveServices
import ReplacementModels
import Transcoders

/// The graph of one of a study's prompts, with the study's supernodes in it.
public struct StudyGraph: Sendable {
  /// The set of prompts.
  public let set: String
  /// The prompt's place among the set's that were answered rightly.
  public let number: Int
  /// The graph.
  public let traced: TracedPrompt
  /// The nodes of each supernode that are in the pruned graph, by their ids in a graph file.
  public let supernodes: [SupernodeRecord]
}

extension StudyRun {
  /// Makes the graphs of the first prompts of each set whose graphs hypotheses are about.
  func graphs(_ plan: StudyPlan, _ take: (StudyGraph) throws -> Void) throws {
    for gate in study.behaviours where plan.isTraced(gate.prompts) {
      for (number, prompt) in (plan.prompts[gate.prompts] ?? []).prefix(graphCount).enumerated() {
        try take(try graph(of: prompt, number: number, plan))
      }
    }
  }

  private var transcoders: TranscoderSet? {
    if case .transcoders(let set) = subject.basis { set } else { nil }
  }

  private func graph(of prompt: StudyPrompt, number: Int, _ plan: StudyPlan) throws -> StudyGraph {
    let members = PromptMembers(plan, prompt)
    var settings = TraceSettings()
    settings.maxFeatureNodes = study.graph.features
    settings.nodeThreshold = study.graph.nodes
    settings.edgeThreshold = study.graph.edges
    settings.targets = members.targets(prompt).map { .id($0) }
    let traced = try PromptTrace(
      settings, transcoders: transcoders, model: subject.model, tokens: prompt.tokens
    ).run()
    return StudyGraph(
      set: prompt.set, number: number, traced: traced,
      supernodes: study.supernodes.compactMap { rule in
        let ids = members.nodes(of: rule.name, in: traced.pruned.original).filter { traced.pruned.isKept[$0] }
          .map { traced.pruned.fileID(ofNode: $0) }
        return ids.isEmpty ? nil : SupernodeRecord(label: rule.name, members: ids)
      })
  }
}
