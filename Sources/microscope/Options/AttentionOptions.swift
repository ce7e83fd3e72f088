import ArgumentParser
import Attribution
import ReplacementModels
import Transformers

/// What a trace tells about attention.
struct AttentionOptions: ParsableArguments {
  @Flag(
    help: "Tell which attention heads the strongest edges run through, in the text and in the graph file.")
  var heads = false

  @Option(
    help: ArgumentHelp("With --heads: how many edges of the graph file have their heads.", valueName: "count")
  )
  var headEdges = 300

  @Option(
    help: ArgumentHelp(
      "Expand a head's attention score in sources of query and key; without a key, that of the position that it reads most. Positions may count from the end.",
      valueName: "layer.head@query,key"))
  var qk: ScorePlace?

  func validate() throws {
    guard (0...1_000_000).contains(headEdges) else {
      throw ValidationError("--head-edges is a number from 0 to 1000000, not \(headEdges).")
    }
  }

  /// Refuses a score that the prompt does not have, before anything is computed.
  func check(_ configuration: TransformerConfiguration, positionCount: Int) throws {
    try qk?.score(positionCount: positionCount).check(configuration, positionCount: positionCount)
  }

  /// Computes what was asked for.
  func attention(
    _ result: TraceJob.Result, _ paths: TracePaths, unexpanded: AttributionOptions.UnexpandedFeatures
  ) throws -> TraceAttention {
    TraceAttention(
      heads: heads
        ? TraceHeads(result, printed: paths.lines.map(\.edge), count: headEdges, unexpanded: unexpanded)
        : nil,
      score: try qk?.expansion(
        ScoreAttributor(result.local), positionCount: result.local.positionCount))
  }
}

/// What a trace tells about attention, as far as it was asked for.
struct TraceAttention {
  /// How edges run through heads.
  var heads: TraceHeads?
  /// A score in its sources.
  var score: ScoreExpansion?
}
