import ArgumentParser

struct DashboardsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dashboards", abstract: "Show what features mean: where they fire, and what they write.",
    discussion: """
      Dashboards of all features of a transcoder set, or of a model's neurons, lie in one file. `trace`, `serve` and \
      `features` show them. What is kept of a feature, and how: Documentation/Dashboards.md.

      Examples:
        microscope dashboards build --text corpus/en
        microscope dashboards export feature-files --form circuit-tracer
      """,
    subcommands: [
      DashboardsBuildCommand.self, LabelDashboardsCommand.self, JudgeDashboardsCommand.self,
      DashboardsExportCommand.self, DashboardsImportCommand.self,
      DashboardsPackCommand.self,
    ])
}
