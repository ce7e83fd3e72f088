import ArgumentParser
import LinearAlgebra
import ModelCatalogues
import TranscoderTraining
import Transcoders
import Transformers

struct EvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Measure how well transcoders stand for a model's MLPs.",
    discussion: """
      Reads text, and tells of each layer the unexplained fraction of variance, how many features are active, and how \
      many never are; and how far the replacement model, with every MLP replaced and errors dropped, is from the model. \
      With --held-out it reads the documents that `train` left out, given the same --text and the set's training.yaml.

      Example:
        microscope evaluate --transcoders transcoders --text corpus/en --held-out
      """)

  @OptionGroup var options: ModelOptions
  @OptionGroup var text: TextOptions

  @Option(help: ArgumentHelp("A folder of transcoders in any format.", valueName: "folder"))
  var transcoders: String

  @Option(help: "Contexts to read.")
  var contexts = 32

  @Option(help: "Tokens of a context.")
  var length = 256

  @Flag(help: "Read only the documents that training left out.")
  var heldOut = false

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (1...1_000_000).contains(contexts) else { throw ValidationError("--contexts takes 1 to 1000000.") }
    guard (2...131_072).contains(length) else { throw ValidationError("--length takes 2 to 131072.") }
  }

  func run() async throws {
    let set = try TranscoderSet(path: transcoders)
    let resolved = try await options.resolve()
    let model = try options.open(resolved)
    let first = try text.firstToken(model.tokenizer, rule: resolved.entry?.firstToken ?? .modelDefault)
    var corpus = try text.corpus()
    if heldOut {
      let settings = try TrainingConfiguration(path: transcoders + "/training.yaml")
      corpus = corpus.divided(heldOut: settings.heldOut, seed: settings.seed).heldOut
    }
    var stream = ContextStream(
      corpus, tokenizer: model.tokenizer, first: first, length: length, seed: 0)
    var read: [[Int]] = []
    while read.count < contexts, let context = stream.next(repeating: false) { read.append(context) }
    guard !read.isEmpty else {
      throw CommandError(
        "The text is shorter than one context of \(length) tokens: give more, or lower --length.")
    }
    let result = try TranscoderEvaluation(
      set, of: model.transformer, contexts: read, Workers(count: options.threads))
    if json { try Terminal.printJSON(result) } else { try Terminal.say(EvaluateCommand.table(result)) }
  }

  private static func table(_ result: TranscoderEvaluation) -> String {
    let rows = result.layers.enumerated().map { index, layer in
      "layer \(index)  FVU \(layer.unexplained.rounded(to: 3))  L0 \(layer.activeFeatures.rounded(to: 1))  "
        + "never active \((layer.dead * 100).rounded(to: 1))%"
    }
    return
      (rows + [
        "mean FVU \(result.meanUnexplained.rounded(to: 3)) over \(result.positions.grouped) positions",
        "replacement model: top-1 agreement \((result.agreement * 100).rounded(to: 1))%, "
          + "KL \(result.divergence.rounded(to: 3)), cross-entropy \(result.replacedCrossEntropy.rounded(to: 3)) "
          + "(model \(result.crossEntropy.rounded(to: 3)))",
        "where the model is right with p < 0.8: top-1 agreement "
          + "\((result.unsureAgreement * 100).rounded(to: 1))% of \(result.unsurePositions.grouped)",
        "cross-entropy recovered: \((result.recoveredFromZero * 100).rounded(to: 1))% of zero ablation "
          + "(\(result.zeroCrossEntropy.rounded(to: 3))), \((result.recoveredFromMean * 100).rounded(to: 1))% of "
          + "mean ablation (\(result.meanCrossEntropy.rounded(to: 3)))",
      ]).joined(separator: "\n")
  }
}
