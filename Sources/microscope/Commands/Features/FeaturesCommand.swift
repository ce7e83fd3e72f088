import ArgumentParser

struct FeaturesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "features",
    abstract: "Look at features: what they mean, which are alike, what fires on a text.",
    discussion: """
      Examples:
        microscope features show 12/845
        microscope features search "capital cities"
        microscope features on "The capital of France is"
        microscope features label 12/845 "French places"
      """,
    subcommands: [
      ShowFeatureCommand.self, SearchFeaturesCommand.self, FiringFeaturesCommand.self,
      SimilarFeaturesCommand.self, NeighboursCommand.self, LabelFeatureCommand.self,
      SampleFeaturesCommand.self,
    ])
}
