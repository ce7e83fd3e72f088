/// The colours of figures, on white paper and where the reader prefers dark pages.
enum Palette {
  /// The colours of lines and bars: told apart by colour-blind readers as well (Okabe and Ito 2008).
  private static let series: [(light: String, dark: String)] = [
    ("#0072b2", "#4da9e8"), ("#d55e00", "#ff8a3d"), ("#009e73", "#2fc79a"),
    ("#cc79a7", "#e39ac4"), ("#e69f00", "#f2b632"), ("#56b4e9", "#8fd0f7"), ("#000000", "#e6e8eb"),
  ]
  /// Words, axes and grids.
  private static let ink: [(light: String, dark: String)] = [
    ("#000", "#e6e8eb"), ("#555", "#a9b0ba"), ("#777", "#98a0aa"), ("#999", "#7d8590"),
    ("#e4e4e4", "#2b3038"), ("#f4f4f4", "#1d2127"), ("#333", "#c3c9d1"), ("#fff", "#14171c"),
  ]

  /// The colour of a line or bar by its place.
  static func colour(_ index: Int) -> String { series[index % series.count].light }

  /// Rules that change every colour for those who prefer dark pages; programs that do not know them draw the light ones.
  static let darkStyle: String = {
    let rules = (ink + series).flatMap { colour in
      ["fill", "stroke"].map {
        ".figure [style*=\"\($0):\(colour.light)\"]{\($0):\(colour.dark)!important}"
      }
    }
    return "@media(prefers-color-scheme:dark){.figure .page{fill:#14171c}.figure text{fill:#e6e8eb}"
      + rules.joined() + "}"
  }()

  /// Every colour that has a counterpart on dark pages.
  static var known: Set<String> { Set((ink + series).map(\.light)) }
}
