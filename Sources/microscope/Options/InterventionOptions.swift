import ArgumentParser
import CircuitGraphs
import Foundation
import GraphFiles
import Interventions
import ModelCatalogues
import Transformers

/// What is changed in the model, and how the change spreads.
struct InterventionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Change a feature, layer/feature@positions: '=x-2' scales, '=0' sets, '+=3' adds. Positions: 3, -1, 1..<7, or 4.. for generated tokens as well. Repeatable; 'error/12@-1=x0' and 'token@3=x0' scale an error or a token.",
      valueName: "12/845@-1=x-2"), transform: notated)
  var set: [Intervention] = []

  @Option(
    help: ArgumentHelp(
      "Scale all members of a supernode of --graph; repeatable.", valueName: "name=x-1"))
  var supernode: [SupernodeArgument] = []

  @Option(
    help: ArgumentHelp(
      "A graph of this prompt, as trace writes it: names supernodes, and predicts what will happen.",
      valueName: "file or slug"))
  var graph: String?

  @Option(
    help: ArgumentHelp(
      "Layers whose MLPs keep their outputs but for what is changed; attention is kept, too. All layers: direct effects only.",
      valueName: "5...12"))
  var constrain: LayerRange?

  @Flag(inversion: .prefixedNo, help: "Keep the attention patterns of the unmodified run.")
  var freezeAttention = true

  func validate() throws {
    guard graph != nil || supernode.isEmpty else {
      throw ValidationError("--supernode needs the graph that names it: give --graph.")
    }
    guard constrain == nil || freezeAttention else {
      throw ValidationError("--constrain keeps the attention patterns: leave out --no-freeze-attention.")
    }
  }

  /// Puts the changes into a request.
  func apply(to request: inout InterventionRequest) {
    request.interventions = set
    request.supernodes = supernode.map { .init(supernode: $0.name, factor: $0.factor) }
    request.constrain = constrain.map { [$0.layers.lowerBound, $0.layers.upperBound] }
    request.freezeAttention = freezeAttention
  }

  /// Serves a model in the basis asked for or, where none is named, in that of the graph.
  ///
  /// - Parameters:
  ///   - name: What people call the model.
  ///   - positionCount: The tokens of the prompt, which the graph must not exceed.
  func session(
    _ model: LanguageModel, _ basis: TranscoderOptions, model name: String, positionCount: Int
  ) async throws -> InterventionSession {
    let opened = try openGraph(positionCount: positionCount)
    let features = try await basis.steerable(model.transformer, model: name, tracedIn: opened?.basis)
    return InterventionSession(model, features, graph: opened?.graph)
  }

  /// Opens the graph, if one was named.
  private func openGraph(positionCount: Int) throws -> OpenedGraph? {
    guard let graph else { return nil }
    let opened = try InterventionOptions.open(graph)
    guard opened.graph.graph.layout.positionCount <= positionCount else {
      throw CommandError(
        "The graph \(graph) has \(opened.graph.graph.layout.positionCount) positions, but the prompt \(positionCount) tokens: give the graph of this prompt."
      )
    }
    return opened
  }

  /// Opens a graph file by its path or by its slug in the graphs folder.
  static func open(_ name: String) throws -> OpenedGraph {
    var file = URL(filePath: name)
    if !FileManager.default.fileExists(atPath: file.path), let slug = try? Slug(name) {
      file = MicroscopeHome().graphs.appending(component: slug.fileName)
    }
    let graph = try GraphFile(contentsOf: file)
    return OpenedGraph(
      graph: InterventionSession.Graph(graph: try graph.circuit(), supernodes: try graph.supernodes()),
      basis: graph.metadata.transcoderSetID)
  }
}

/// A graph file that was opened.
struct OpenedGraph {
  let graph: InterventionSession.Graph
  /// The id of the transcoders in which it was traced, or 'neurons'.
  let basis: String
}

/// A range of layers, such as `5...12`.
struct LayerRange: ExpressibleByArgument {
  let layers: ClosedRange<Int>

  init?(argument: String) {
    let bounds = argument.split(separator: "...", omittingEmptySubsequences: false).map { Int($0) }
    guard bounds.count == 2, let low = bounds[0], let high = bounds[1], low >= 0, low <= high else {
      return nil
    }
    layers = low...high
  }
}

/// A supernode and its factor, such as `Texas=x-1`.
struct SupernodeArgument: ExpressibleByArgument {
  let name: String
  let factor: Float

  init?(argument: String) {
    guard let mark = argument.range(of: "=x", options: .backwards), mark.lowerBound > argument.startIndex,
      let factor = Float(argument[mark.upperBound...])
    else { return nil }
    name = String(argument[..<mark.lowerBound])
    self.factor = factor
  }
}

/// Reads a value in its own notation, or says how it is written.
func notated<Value: Notated>(_ text: String) throws -> Value {
  guard let value = Value(text) else { throw ValidationError("write it such as \(Value.example)") }
  return value
}
