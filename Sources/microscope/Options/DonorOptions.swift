import ArgumentParser
import CircuitGraphs
import Interventions
import LiveServices
import ModelCatalogues
import Transformers

/// Another prompt whose activations are taken over.
struct DonorOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A prompt to take activations from.", valueName: "prompt"))
  var donor: String?

  @Option(
    help: ArgumentHelp(
      "Take a feature's activation at the donor's position over to a position here; repeatable. Without '->' --map finds the position.",
      valueName: "12/845@5->7"), transform: notated)
  var copy: [DonorCopy] = []

  @Option(
    help: ArgumentHelp(
      "Take over all members of a supernode of --donor-graph; repeatable.", valueName: "supernode"))
  var copySupernode: [String] = []

  @Option(
    help: ArgumentHelp("A graph of the donor prompt, which names its supernodes.", valueName: "file or slug"))
  var donorGraph: String?

  @Option(
    help: ArgumentHelp(
      "How a donor's position is found here: by its index, by its token, counted from the last one, or from both ends: by its index as far as the prompts begin alike, and else from the last one.",
      valueName: "index|token|last|ends"), transform: notated)
  var map = PositionMapping.index

  func validate() throws {
    guard (donor == nil) == (copy.isEmpty && copySupernode.isEmpty) else {
      throw ValidationError("--donor and --copy (or --copy-supernode) go together.")
    }
    guard copySupernode.isEmpty == (donorGraph == nil) else {
      throw ValidationError("--copy-supernode and --donor-graph go together.")
    }
  }

  /// Reads the donor prompt, with the same first token as the prompt.
  func donor(
    _ model: LanguageModel, _ prompt: PromptOptions, rule: FirstTokenRule
  ) throws -> InterventionRequest.Donor? {
    guard let donor else { return nil }
    let tokens = try prompt.tokens(of: donor, model, rule: rule)
    return .init(tokens: tokens, copies: try copy + supernodeCopies(), mapping: map)
  }

  private func supernodeCopies() throws -> [DonorCopy] {
    guard let donorGraph else { return [] }
    let supernodes = try InterventionOptions.open(donorGraph).graph.supernodes
    return try copySupernode.flatMap { name in
      guard let supernode = supernodes.first(where: { $0.name == name }) else {
        throw InterventionError.noSuchSupernode(name, known: supernodes.map(\.name))
      }
      return supernode.members.compactMap { node -> DonorCopy? in
        guard case .feature(let feature) = node else { return nil }
        return DonorCopy(layer: feature.layer, index: feature.index, source: feature.position)
      }
    }
  }
}
