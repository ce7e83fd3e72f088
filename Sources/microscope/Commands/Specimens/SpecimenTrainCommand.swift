import ArgumentParser
import Foundation
import LinearAlgebra
import ModelCatalogues
import SpecimenTraining
import Specimens

struct SpecimenTrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Make a specimen, and test what it must do on held-out data.",
    discussion: """
      Training takes minutes. Ctrl-C saves and ends; the same command goes on. The exit code is 0 only when every \
      required score is reached. The weights depend on the seed, the settings and the kind of processor.

      Examples:
        microscope specimen train twohop
        microscope specimen train babel --size large
        microscope specimen train sums --output models/sums --steps 500
      """)

  @OptionGroup var options: SpecimenOptions

  @Option(
    help: ArgumentHelp(
      "The folder of the model. (default: in MICROSCOPE_HOME, as specimen/NAME)", valueName: "folder"))
  var output: String?

  @Option(help: "The seed of the first weights and of the training data.")
  var seed: UInt64 = SpecimenSeed.training

  @Option(help: ArgumentHelp("Steps of training. (default: the specimen's own)"))
  var steps: Int?

  @Option(
    help: ArgumentHelp(
      "Worker threads; the weights do not depend on it. (default: all cores)", valueName: "count"))
  var threads: Int?

  @Flag(help: "Print the scores as JSON.")
  var json = false

  func validate() throws {
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads takes 1 to 1024.") }
    if let steps, steps < 1 { throw ValidationError("--steps takes a number above 0.") }
  }

  func run() async throws {
    let (specimen, size) = try options.chosen()
    if let output { try OutputPlace.check(folder: output, option: "--output") }
    let last = specimen.modelName(size: size)
    var maker = SpecimenMaker(specimen, size: size, workers: Workers(count: threads)) { model in
      place(model, last: last)
    }
    maker.steps = steps
    maker.seed = seed
    let stop = StopFlag()
    let interrupt = Interrupt { stop.set() }
    defer { interrupt.stop() }
    let made = try maker.run(
      report: { model, progress in Terminal.progress(Self.line(model, progress)) },
      shouldStop: { stop.isSet })
    Terminal.progress("")
    guard let made else { return try Terminal.say("Stopped; the same command goes on.") }
    try SpecimenScores(made).say(json: json)
    guard made.allSatisfy(\.isReached) else {
      let missed = made.flatMap(\.scores).filter { !$0.isReached }.map(\.name).joined(separator: ", ")
      throw CommandError(
        "\(specimen.name) does not reach what is required: \(missed); try another --seed or more --steps.")
    }
  }

  /// The folder of a model: the last phase's is `--output` itself, earlier ones lie beside it.
  private func place(_ model: String, last: String) -> String {
    guard let output else { return MicroscopeHome().folder(ofModel: model).path }
    return output + model.dropFirst(last.count)
  }

  private static func line(_ model: String, _ progress: TransformerTrainer.Progress) -> String {
    let left = Int(progress.secondsLeft.isFinite ? min(progress.secondsLeft, 1e8) : 1e8)
    return "\(model): step \(progress.step.grouped)/\(progress.stepCount.grouped), "
      + "loss \(progress.loss.rounded(to: 4)), \(Int(progress.tokensPerSecond).grouped) tokens/s, "
      + "\(left / 60) min \(left % 60) s left"
  }
}
