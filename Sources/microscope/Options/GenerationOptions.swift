import ArgumentParser

/// How tokens are chosen when a prompt is continued.
struct GenerationOptions: ParsableArguments {
  @Option(help: "0 takes the most probable token each time; higher draws more freely.")
  var temperature: Float = 0

  @Option(help: "Draw from the most probable tokens that together reach this probability.")
  var topP: Float = 1

  @Option(help: "The seed of the draws: the same seed gives the same text.")
  var seed: UInt64 = 0

  func validate() throws {
    guard temperature.isFinite, temperature >= 0 else {
      throw ValidationError("--temperature takes a number from 0 on.")
    }
    guard topP > 0, topP <= 1 else {
      throw ValidationError("--top-p takes a probability above 0, at most 1.")
    }
  }
}
